// What is to be seen of a clip while it is made: the picture that the server has just now.

import { BASE, credentials } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/ui.js";

/** @typedef {import("../lib/types.js").Job} Job */

/** @param {{job: Job}} props */
export function Glimpse({ job }) {
  const [url, setUrl] = useState("");
  const frame = job.state === "running" ? job.frame : undefined;
  useEffect(() => {
    if (frame === undefined) return;
    let isWanted = true;
    // An image cannot say by itself for whom it is asked.
    picture(`/jobs/${job.id}/frame`).then(
      found => {
        if (isWanted && found) setUrl(URL.createObjectURL(found));
      },
      // There will be another one.
      () => null,
    );
    return () => {
      isWanted = false;
    };
  }, [job.id, frame]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  if (!url || frame === undefined) return null;
  return html`<img class="glimpse" src=${url} alt="" data-frame=${frame} />`;
}

/** None where there is none any more. @param {string} path @returns {Promise<Blob | null>} */
async function picture(path) {
  const answer = await fetch(BASE + path, { headers: credentials(), cache: "no-store" });
  return answer.ok ? answer.blob() : null;
}
