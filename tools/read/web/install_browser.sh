#!/usr/bin/env bash
# Makes sure a Chromium is there for pages that need JavaScript and for the browser tests. Quiet when it is.
set -u
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
ls "$HOME"/.cache/ms-playwright/chromium-*/chrome-linux*/chrome >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests …"
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null 2>&1 && exit 0
fi
.venv/bin/python -m playwright install chromium >/dev/null 2>&1 && exit 0
echo "No Chromium could be installed; tests that need a browser are skipped."
exit 0
