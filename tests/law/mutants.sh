#!/bin/sh
# Mutation testing of lookup/law in a copy of the tree, so that nobody's work is disturbed; configured in pyproject.toml.
# Usage, from the root of the project: sh tests/law/mutants.sh [EMPTY_FOLDER]. Prints the totals and what survived.
set -eu
root=$(pwd)
copy=${1:-$(mktemp -d)}
tar --exclude=./.venv --exclude=./.git --exclude=./var --exclude='*cache*' --exclude=./mutants -cf - . | tar -xf - -C "$copy"
cd "$copy"
"$root/.venv/bin/mutmut" run --max-children 2 >run.log 2>&1 || { tail -n 40 run.log; exit 1; }
tail -n 1 run.log | tr '\r' '\n' | tail -n 1
"$root/.venv/bin/mutmut" results
echo "The mutants are in $copy; look at one there with: mutmut show NAME"
