# SPDX-License-Identifier: MIT
# Shared by tools/demo, tools/test and .ci/run; sourced, not run.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*"; }
fail() { printf '%s\n' "$@" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

is_there() {  # a library, a header or a command
  case $1 in
    -l*) have g++ && g++ -shared -o /dev/null "$1" 2>/dev/null ;;
    */* | *.h) have g++ && g++ -E -x c++ -include "$1" /dev/null >/dev/null 2>&1 ;;
    *) have "$1" ;;
  esac
}

# missing <use>...: one line per package of tools/packages that is not there.
missing() {
  local use package brings why
  while read -r use package brings why; do
    [[ " $* " == *" $use "* ]] || continue
    if have dpkg-query; then is_installed "$package"; else is_there "$brings"; fi ||
      printf '%-22s %s\n' "$package" "$why"
  done < <(grep -v '^#' "$root/tools/packages")
}

# need <use>...: installs what is missing with apt-get and asks nothing. Where it
# cannot, it names what is missing and gives up.
need() {
  local lines packages
  local -a as_root=()
  lines=$(missing "$@")
  [ -n "$lines" ] || return 0
  mapfile -t packages < <(cut -d ' ' -f 1 <<<"$lines")
  have apt-get ||
    fail "Missing, by their names in Debian 12, and there is no apt-get to install them:" "$lines"
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || fail "Missing, and it takes root or sudo to install them:" "$lines" \
      "As root: apt-get install ${packages[*]}"
    as_root=(sudo)
  fi
  if is_installed libboost1.74-dev && [[ "${packages[*]}" == *boost* ]]; then
    say "libboost-dev (Boost 1.74) makes way for 1.81: Debian has room for one of them;" \
      "to go back: apt-get install libboost-dev"
  fi
  say "installing ${packages[*]}"
  "${as_root[@]}" apt-get update -qq </dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${packages[@]}" </dev/null >/dev/null ||
    fail "apt-get could not install them all. They are the packages of Debian 12:" "$lines"
}

# build <CMake setting>...: configures and builds the preset release.
build() {
  local -a quiet=()
  [ -t 1 ] || quiet=(-- --quiet)
  say "building in build/release"
  (cd "$root" && cmake --preset release "$@" >/dev/null && cmake --build --preset release "${quiet[@]}")
}
