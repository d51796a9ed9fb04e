#!/usr/bin/env bash
# What CI runs: one audit, told on the page of the run and written down for code scanning.
#
#   GUARDLINE_PATH      what to check, by default the whole repository
#   GUARDLINE_CHANGED   a revision: only files that differ from where it and HEAD parted
#   GUARDLINE_FAIL_ON   launch, error, warning, information, hint or never; by default everything counts
#   GUARDLINE_BASELINE  a file of findings that are known
#   GUARDLINE_SARIF     where to write the report for code scanning, if anywhere
#   GUARDLINE_ARGS      further arguments for both reports
set -euo pipefail

arguments=("${GUARDLINE_PATH:-.}")
[ -z "${GUARDLINE_CHANGED:-}" ] || arguments+=(--changed "$GUARDLINE_CHANGED")
[ -z "${GUARDLINE_FAIL_ON:-}" ] || arguments+=(--fail-on "$GUARDLINE_FAIL_ON")
[ -z "${GUARDLINE_BASELINE:-}" ] || arguments+=(--baseline "$GUARDLINE_BASELINE")
# Words are meant to be split here: they come from the workflow's author.
# shellcheck disable=SC2206
arguments+=(${GUARDLINE_ARGS:-})

code=0
if [ -n "${GUARDLINE_SARIF:-}" ]; then
    guardline audit "${arguments[@]}" --format sarif --output "$GUARDLINE_SARIF" || code=$?
    # 2 and above: it could not be done. The second run would only say the same again.
    [ "$code" -lt 2 ] || exit "$code"
fi
code=0
guardline audit "${arguments[@]}" || code=$?
exit "$code"
