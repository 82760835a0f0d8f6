#!/bin/sh
# Double-click on macOS, or run it on Linux: sets the course up once, then opens it in JupyterLab.
cd "$(dirname "$0")" || exit 1
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$python" >/dev/null 2>&1 &&
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        "$python" tools/set_up.py && exec .venv/bin/python -m tools.lab "$@"
        echo "The course did not start; the reason stands above."
        exit 1
    fi
done
echo "Python 3.11 or newer is needed and was not found: install it, then open this file again."
exit 1
