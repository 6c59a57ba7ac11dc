// Original file: proto/holdfast/v1/session.proto


/**
 * The client's last word: it sends nothing after it, and will not use its session any more. The node ends the stream
 * once all that came before is answered. It has the session ended some seconds later, if it lives on and the cluster
 * takes writes; else the session ends when it has been idle. A client says it only where it sent its opening once:
 * a copy that lies in another connection might open the session again.
 */
export interface SessionEnd {
}

/**
 * The client's last word: it sends nothing after it, and will not use its session any more. The node ends the stream
 * once all that came before is answered. It has the session ended some seconds later, if it lives on and the cluster
 * takes writes; else the session ends when it has been idle. A client says it only where it sent its opening once:
 * a copy that lies in another connection might open the session again.
 */
export interface SessionEnd__Output {
}
