#!/usr/bin/env bash
# Orders a short clip through each of the three documented APIs, polls, and downloads it.
# usage: SERVER=http://127.0.0.1:8787 KEY=sk_live_... examples/curl.sh [FOLDER]
set -euo pipefail

: "${SERVER:=http://127.0.0.1:8787}"
: "${KEY:?set KEY to an API key: reelgate key create --account NAME}"
folder="${1:-.}"

call() { curl -sS --fail-with-body -H "Authorization: Bearer $KEY" "$@"; }
order() { call -H "Content-Type: application/json" -H "Idempotency-Key: curl-$$-$1" -d "$3" "$SERVER$2"; }
# The first text under a key; enough for answers this flat. With jq: jq -r ".. | .KEY? // empty".
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# wait_for PATH STATUS_WHEN_DONE: polls until done, then prints the whole answer.
wait_for() {
  local answer
  while answer="$(call "$SERVER$1")"; do
    case "$answer" in
      *"\"status\":\"$2\""*) echo "$answer"; return 0 ;;
      *'"status":"failed"'* | *'"status":"cancelled"'*) echo "$answer" >&2; return 1 ;;
    esac
    sleep 2 # API C counts polls as well: 30 requests a minute
  done
  return 1
}

echo "A: /api/open/v1"
id="$(order a /api/open/v1/video/generations \
  '{"model":"seedance-2.0","prompt":"A river through an autumn forest","duration":4,"resolution":"480p"}' |
  field requestId)"
wait_for "/api/open/v1/video/generations/$id" succeeded | field url | xargs curl -sSf -o "$folder/a.mp4"

echo "B: /api/video/seedance/gen"
id="$(order b /api/video/seedance/gen \
  '{"content":[{"type":"text","text":"Waves lap at a beach at golden hour"}],"ratio":"1:1"}' |
  field task_id)"
wait_for "/api/task/query?task_id=$id" success | field video | xargs curl -sSf -o "$folder/b.mp4"

echo "C: /api/v1/video/seedance2"
id="$(order c /api/v1/video/seedance2 \
  '{"quality_tier":"mini","prompt":"Snow falls on a quiet valley","duration":"4"}' | field id)"
wait_for "/api/v1/tasks/$id" completed | field video_url | xargs curl -sSf -o "$folder/c.mp4"

ls -l "$folder"/[abc].mp4
