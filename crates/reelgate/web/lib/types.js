// What the native API speaks of, as types; `/openapi/native.json` is the whole of it.

/**
 * @typedef {{ahead: number, eta_s: number | null}} QueuePlace
 * @typedef {{video_url: string | null, image_url: string | null, poster_url: string,
 *   last_frame_url: string | null, width: number, height: number, frames: number,
 *   duration_ms: number, has_audio: boolean, bytes: number, sha256: string,
 *   engine: string}} Output
 * @typedef {{id: string, state: string, progress: number, cancel_requested: boolean,
 *   model: string, prompt: string, ratio: string, resolution: string, duration_s: number,
 *   seed: number, audio: boolean, fixed_lens: boolean, priority: string, price: string,
 *   charged: string, refunded: string, output: Output | null, channel?: string,
 *   error: {code: string, message: string, blame: string} | null, attempt: number,
 *   queue: QueuePlace | null, metadata: any, created_at: string, updated_at: string,
 *   finished_at: string | null, frame?: number, test?: boolean}} Job
 * @typedef {{resolution: string, text_per_s: string, media_per_s: string}} Rate
 * @typedef {{id: string, title: string, makes: "video" | "image", prompt_chars_min: number,
 *   prompt_chars_max: number, duration_default_s: number, ratio_default: string,
 *   resolution_default: string, durations_s: number[], ratios: string[], resolutions: string[],
 *   channels: string[], media_max: number, media_kinds: string[], takes_seed: boolean,
 *   audio_default: boolean, takes_auto: boolean, rates: Rate[]}} Model
 * @typedef {"first_frame" | "last_frame" | "reference"} Role
 * @typedef {{id: number, name: string, kind: string, role: Role, url: string,
 *   preview: string, fault: string, isBusy: boolean}} Reference
 */

export {};
