import { RACE_MS } from '../load/sample.ts'
import { isCertificateError, isTlsError } from '../load/tls.ts'
import { begins, type Cause, hasCode, isAt, isFromNode, tookMs } from './cause.ts'
import { jobCauses } from './job-causes.ts'

const refused = hasCode('ECONNREFUSED')

/**
 * The closed list. The first cause that matches a failure wins, so special causes come before general ones.
 */
export const causes: readonly Cause[] = [
  ...jobCauses,
  {
    title: 'No endpoint',
    error: '`ECONNREFUSED connect`, no endpoint was ready',
    happened: 'every pod was unready or gone at once',
    helps:
      'more than one replica, `maxUnavailable: 0`, a readiness check that does not depend on what all pods share',
    fits: (sample) => refused(sample) && sample.target === undefined && sample.remotePort === undefined,
  },
  {
    title: 'Refused',
    error: '`ECONNREFUSED connect`, no server listened',
    happened: 'the listener was closed while clients were still being sent here',
    helps: 'a longer delay (preStop, shutdown delay); nothing that closes the server at the signal',
    fits: refused,
  },
  {
    title: 'Certificate not accepted',
    error:
      '`CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, `DEPTH_ZERO_SELF_SIGNED_CERT` and others of TLS',
    happened: 'the certificate has expired, is for another name, or is from an authority that is not trusted',
    helps: '`--ca` with the certificate of the authority; `--insecure` where the certificate does not matter',
    fits: ({ error }) => isCertificateError(error?.code ?? ''),
  },
  {
    title: 'TLS handshake failed',
    error: '`EPROTO`, `ERR_SSL_…`, `TLS_NO_HTTP2`',
    happened: 'client and server did not agree on TLS, or on HTTP/2 in it; or the port does not speak TLS',
    helps: 'look at what ends TLS: its port, its versions, its ALPN protocols',
    fits: ({ error }) => isTlsError(error?.code ?? ''),
  },
  {
    title: 'Reset on connect',
    error: '`ECONNRESET`, waited to be accepted',
    happened: 'the kernel had queued the connection, and the closing listener reset it',
    helps: 'a longer delay as well; lastcall empties the queue before it closes',
    fits: (sample) => isAt('connect')(sample) && hasCode('ECONNRESET')(sample),
  },
  {
    title: 'Unreachable',
    error: '`CLIENT_TIMEOUT connect`, `ETIMEDOUT connect`, `EHOSTUNREACH`',
    happened:
      'the pod was gone while clients were still being sent there, and packets to its address are dropped; ' +
      'or its accept queue was full',
    helps:
      'a longer delay (preStop, shutdown delay), so that a pod outlives its endpoint; else a lower `--rate`',
    fits: (sample) =>
      isAt('connect')(sample) && hasCode('CLIENT_TIMEOUT', 'ETIMEDOUT', 'EHOSTUNREACH')(sample),
  },
  {
    title: 'Fell silent',
    error: '`ANSWER_SILENT`',
    happened:
      'no byte of an answer came any more (`--timeout`): its pod was gone, with what was in the send buffer, or it stood still',
    helps:
      "a drain that waits until the client's kernel has the last byte, as that of lastcall does; " +
      'else look for what blocks the event loop',
    fits: hasCode('ANSWER_SILENT'),
  },
  {
    title: 'Timed out',
    error: '`CLIENT_TIMEOUT`',
    happened: 'no complete answer came in time (`--timeout`)',
    helps: 'a lower `--rate` if the machine is at its limit; else look for what blocks the event loop',
    fits: hasCode('CLIENT_TIMEOUT'),
  },
  {
    title: 'Answered with 500',
    error: '`HTTP_500`',
    happened: 'in a drain it is often something that requests need, and that was closed before them',
    helps: 'close pools in a stop hook, not at the signal',
    fits: hasCode('HTTP_500'),
  },
  {
    title: 'Unexpected status',
    error: '`HTTP_302`, `HTTP_204` and other statuses below 400',
    happened: 'the application answered, with a status that is not among those of `--expect-status`',
    helps:
      'ask for the page that a redirection leads to (`--path`), or accept the status (`--expect-status`)',
    fits: ({ error }) => /^HTTP_[123]/.test(error?.code ?? ''),
  },
  {
    title: 'Answered with an error',
    error: '`HTTP_503` and other statuses',
    happened: 'the application answered so; many frameworks do as soon as their `close()` is called',
    helps: 'close the framework after the last response: in a stop hook',
    fits: begins('HTTP_'),
  },
  {
    title: 'Stream refused twice',
    error: '`HTTP2_REFUSED`',
    happened: 'the server refused an HTTP/2 stream unprocessed, and again on a new connection',
    helps: 'GOAWAY before the listener is closed, and no pod that is leaving among the endpoints',
    fits: hasCode('HTTP2_REFUSED'),
  },
  {
    title: 'Stream cut',
    error: '`HTTP2_CLOSED`',
    happened: 'the HTTP/2 session ended, and this stream had been processed or its answer had begun',
    helps: 'a drain that waits for streams: `lifecycle.serve(http2Server)`',
    fits: hasCode('HTTP2_CLOSED'),
  },
  {
    title: 'Message not answered',
    error: '`WEBSOCKET_1000`, `WEBSOCKET_1001`',
    happened: 'a WebSocket was closed cleanly instead of an answer, and so was the new one',
    helps: 'answer the messages that were read before the close frame is sent',
    fits: hasCode('WEBSOCKET_1000', 'WEBSOCKET_1001'),
  },
  {
    title: 'No WebSocket',
    error: '`WEBSOCKET_HANDSHAKE`',
    happened:
      'the answer said that it opens a WebSocket, and broke the protocol, as with a wrong `Sec-WebSocket-Accept`',
    helps: 'look at the proxy or the server that wrote the answer',
    fits: hasCode('WEBSOCKET_HANDSHAKE'),
  },
  {
    title: 'WebSocket cut',
    error: '`WEBSOCKET_1006` and other codes',
    happened: 'the WebSocket was lost without a close frame, or closed as after an error',
    helps: 'a close frame with 1001 to every client, which lastcall sends',
    fits: begins('WEBSOCKET_'),
  },
  {
    title: 'Event lost',
    error: '`SSE_GAP`',
    happened: 'an event was left out, sent twice or had no number as its id, in a stream or between two',
    helps: 'go on after `Last-Event-ID`, from what all pods share',
    fits: hasCode('SSE_GAP'),
  },
  {
    title: 'No event stream',
    error: '`SSE_TYPE`',
    happened: 'the answer was no event stream',
    helps: 'answer with `text/event-stream` until the listener is closed',
    fits: hasCode('SSE_TYPE'),
  },
  {
    title: 'Event stream cut',
    error: '`SSE_CUT`, or `ECONNRESET` in `sse`',
    happened: 'the event stream did not end as HTTP ends an answer',
    helps: 'end it when `lifecycle.signal` aborts, with a `retry:` before the end',
    fits: (sample) => hasCode('SSE_CUT')(sample) || (sample.lane === 'sse' && isAt('body')(sample)),
  },
  {
    title: 'Stream incomplete',
    error: '`WRONG_HASH`',
    happened: 'HTTP ended the answer as if it were complete, but the stream in it was not',
    helps: 'let what writes the stream finish; do not end responses at the signal',
    fits: hasCode('WRONG_HASH'),
  },
  {
    title: 'Answer mixed up',
    error: '`WRONG_ECHO`',
    happened: 'an answer to `POST` had another id',
    helps:
      '`--path` and `--method POST` if your route does not echo; else look for responses that are mixed up',
    fits: hasCode('WRONG_ECHO'),
  },
  {
    title: 'Wrong answer',
    error: "another error of a lane's own",
    happened: 'the answer was complete, but not what the lane asks for',
    helps: 'let the route do what the lane says, or leave the lane out (`--lanes`)',
    fits: (sample) => isAt('body')(sample) && !isFromNode(sample),
  },
  {
    title: 'Truncated',
    error: 'the answer broke off after _n_ bytes',
    happened: 'the process ended in the middle of a response',
    helps:
      'a longer drain timeout; a grace period that holds the sum; end streams when `lifecycle.signal` aborts',
    fits: isAt('body'),
  },
  {
    title: 'Not connected',
    error: 'another error of `connect`',
    happened: 'the connection could not be established',
    helps: 'look at the error: it is the network, or the machine, before it is the application',
    fits: isAt('connect'),
  },
  {
    title: 'Reset on a reused connection',
    error: '`ECONNRESET`, request _n_ on its connection',
    happened: 'the server closed an idle connection as the next request was on its way',
    helps: '`Connection: close` on the responses before; lastcall does so from the signal on',
    fits: (sample) => sample.nthOnSocket > 1 && tookMs(sample) < RACE_MS,
  },
  {
    title: 'Closed without an answer',
    error: '`ECONNRESET`, accepted and closed without an answer',
    happened: 'the process ended, or something destroys new connections',
    helps: 'no `process.exit()`, and no library that destroys sockets',
    fits: (sample) => tookMs(sample) < RACE_MS,
  },
  {
    title: 'Cut before the answer',
    error: '`ECONNRESET`, cut before the answer began',
    happened: 'the process ended in the middle of a request',
    helps: 'a longer drain timeout; a grace period that holds the sum',
    fits: () => true,
  },
]
