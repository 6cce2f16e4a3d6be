# Sourced by `make test`: makes sure of the Debian packages that only tests use, or says what to do and leaves those
# tests out. In continuous integration MYNUMBER_REQUIRE_BROWSER=1 and MYNUMBER_REQUIRE_TOOLS=1 make a missing one a failure.

browser_packages='chromium-headless-shell fonts-noto-cjk fontconfig'
judge_packages='opensc pcscd vsmartcard-vpcd softhsm2 poppler-utils openssl xmlsec1 libnss3-tools swig gcc libpcsclite-dev golang-go golang-golang-x-mod-dev nats-server haproxy prometheus faketime'

have_browser() { { command -v chromium-headless-shell || command -v chromium; } >/dev/null && [[ "$(fc-list 2>/dev/null)" == *'Noto Sans CJK'* ]]; }
have_judges() {
  local program
  for program in opensc-tool pcscd softhsm2-util pdfsig openssl xmlsec1 certutil swig gcc go nats-server haproxy promtool; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null || return 1
  done
  [ -e /etc/reader.conf.d/vpcd ] && [ -e /usr/include/PCSC/winscard.h ] && [ -e /usr/share/gocode/src/golang.org/x/mod/sumdb ]
}

missing=''
have_browser || missing="$browser_packages"
have_judges || missing="$missing $judge_packages"
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing $missing for the tests ..."
  # shellcheck disable=SC2086 # a list of words
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; } || true
fi
if ! have_browser; then
  if [ "${MYNUMBER_REQUIRE_BROWSER:-}" = 1 ]; then
    echo "The browser tests are required here and cannot run: install $browser_packages"
    exit 1
  fi
  echo "The browser tests are left out. To run them: sudo apt-get install $browser_packages"
  export MYNUMBER_WITHOUT_BROWSER=1
fi
if ! have_judges; then
  if [ "${MYNUMBER_REQUIRE_TOOLS:-}" = 1 ]; then
    echo "The tests with OpenSC, OpenSSL and others are required here and cannot run: install $judge_packages"
    exit 1
  fi
  echo "Tests with other people's software are left out where it is missing. To run all: sudo apt-get install $judge_packages"
fi
