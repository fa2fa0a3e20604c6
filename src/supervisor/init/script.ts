/**
 * PID 1 of a container has two duties that Node does not have: it reaps orphans, which the kernel gives it as
 * children, and it passes signals on. A shell reaps whatever ends while it waits. Arguments: the program to
 * run.
 *
 * - Signals that arrive before the program has its handlers are kept: their default action would end it. It
 *   sends SIGUSR1 to the shell when it has them; see `reportToInit`.
 * - `wait` returns early for a signal, and then gives its number: only a wait after the program's end counts.
 *   A shell that has told the exit code already answers 127.
 * - dash and busybox pass every signal on. bash keeps only one of several that arrive in the same moment: its
 *   handler jumps out of the others.
 */
export const initScript = `
kept=
ready=
pid=
pass() {
  if [ -n "$ready" ] && [ -n "$pid" ]; then kill -s "$1" "$pid" 2>/dev/null
  else kept="$kept $1"
  fi
}
flush() {
  ready=1
  [ -n "$pid" ] || return
  for name in $kept; do kill -s "$name" "$pid" 2>/dev/null; done
  kept=
}
for name in HUP INT QUIT TERM USR2; do trap "pass $name" "$name"; done
trap flush USR1
LASTCALL_INIT=$$ "$@" &
pid=$!
[ -z "$ready" ] || flush
wait "$pid"
code=$?
while kill -0 "$pid" 2>/dev/null; do
  wait "$pid"
  code=$?
done
wait "$pid" 2>/dev/null
last=$?
[ "$last" -eq 127 ] || code=$last
exit "$code"
`
