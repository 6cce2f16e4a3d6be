# Sourced by `make test`: makes sure of the Debian packages that only tests use, or says what to do and leaves those
# tests out. With MYNUMBER_REQUIRE_BROWSER=1 (continuous integration) a missing browser is a failure.

have_browser() { command -v chromium >/dev/null && [[ "$(fc-list 2>/dev/null)" == *'Noto Sans CJK'* ]]; }

if ! have_browser && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing $* for the browser tests ..."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; } || true
fi
if ! have_browser; then
  if [ "${MYNUMBER_REQUIRE_BROWSER:-}" = 1 ]; then
    echo "The browser tests are required here and cannot run: install $*"
    exit 1
  fi
  echo "The browser tests are left out. To run them: sudo apt-get install $*"
  export MYNUMBER_WITHOUT_BROWSER=1
fi
