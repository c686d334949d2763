# Installs what a command of this repository needs. Sourced by ./run and ./test, not run by itself.

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || echo "$name"
  done
}

apt_updated=
apt_install() {
  if [ -z "$apt_updated" ]; then
    as_root apt-get update -qq
    apt_updated=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Packages without which nothing works.
need_packages() {
  local missing
  missing="$(missing_packages "$@")"
  [ -z "$missing" ] && return 0
  command -v apt-get >/dev/null || {
    echo "please install:" $missing >&2
    return 1
  }
  echo "Installing" $missing "..."
  # shellcheck disable=SC2086 # one word for each package
  apt_install $missing
}

# Packages that only make things better: nasm makes the encoder three times faster.
want_packages() {
  need_packages "$@" || echo "going on without:" "$@" >&2
}

# The Rust toolchain, by its official installer, only where there is none.
need_cargo() {
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  command -v cargo >/dev/null && return 0
  echo "Installing the Rust toolchain ..."
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
  . "$HOME/.cargo/env"
}

# A browser, and Node 20 or newer to drive it; both for tests only.
need_browser() {
  command -v chromium >/dev/null || need_packages chromium
  command -v npm >/dev/null || need_packages nodejs npm
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' && return 0
  local folder="${XDG_CACHE_HOME:-$HOME/.cache}/reelgate/node"
  [ -x "$folder/node_modules/.bin/node" ] || npm install --silent --prefix "$folder" node@22
  export PATH="$folder/node_modules/.bin:$PATH"
}
