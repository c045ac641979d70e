#!/usr/bin/env bash
# Commit subjects since the rule began have at most 72 characters: a list of commits is read in one line each.
set -euo pipefail
since=d8617d5
if git cat-file -e "$since^{commit}" 2>/dev/null; then range=$since..HEAD; else range='-1 HEAD'; fi
# shellcheck disable=SC2086
long=$(git log --no-merges --format='%h %s' $range | awk '{ subject = substr($0, index($0, " ") + 1) } length(subject) > 72')
if [ -n "$long" ]; then
  printf 'subjects of more than 72 characters:\n%s\n' "$long"
  exit 1
fi
echo "subjects: $(git log --no-merges --format=%h $range | wc -l) commits, none too long"
