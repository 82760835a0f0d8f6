#!/bin/sh
# Makes a bare Debian or Ubuntu ready for the course, for lessons and for grading. The Containerfile
# and the devcontainer run it, and so does tests/tools/test_container.py, in a root of its own.
#
#   sh tools/container.sh system    as root: Python, the sandbox, Chinese letters
#   sh tools/container.sh course    as whoever owns this folder: .venv
#   sh tools/container.sh           both
#
# Both need a network; what they made needs none.
set -eu
cd "$(dirname "$0")/.."

system() {
    if [ "$(id -u)" != 0 ]; then
        echo "Packages are installed by root: run 'sh tools/container.sh system' as root." >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -qq --yes --no-install-recommends \
        bubblewrap ca-certificates fonts-wqy-microhei make python3 python3-venv >/dev/null
    rm -rf /var/lib/apt/lists/*
}

course() {
    python3 tools/set_up.py
    .venv/bin/python -m compileall -q course_utils # others may read this folder, and not write
}

case "${1-both}" in
system) system ;;
course) course ;;
both) system && course ;;
*)
    echo "There is no part '$1': expected system, course, or nothing for both." >&2
    exit 1
    ;;
esac
