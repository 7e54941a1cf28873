import { constants, Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/**
 * A request of HTTP/2 with the manners of one of HTTP/1.1. Node ends the body of a request that was broken off as
 * if it were whole, and calls one without a body incomplete until its stream is gone.
 */
export class StreamRequest extends Http2ServerRequest {
  static {
    accessor(StreamRequest, 'complete', ({ aborted, readableEnded, stream }) =>
      Boolean(aborted || readableEnded || stream.destroyed || stream.endAfterHeaders),
    )
  }

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk !== null || !this.aborted || this.readableEnded) return super.push(chunk, encoding)
    // As an IncomingMessage does it: the error is for whoever listens, the rest see the end of the pipe.
    if (!this.destroyed) this.destroy(this.listenerCount('error') > 0 ? brokenOff() : undefined)
    return false
  }
}

/** A response of HTTP/2 that says truly whether it has reached its end, and never passes for whole when it has not. */
export class StreamResponse extends Http2ServerResponse {
  /** Bytes of its body so far; those of the header section are compressed and shared with other streams. */
  bytesOut = 0
  #cut = false

  static {
    accessor(StreamResponse, 'destroyed', (response) => response.#cut || response.stream.destroyed)
    // A stream that was reset has its writable side ended by Node itself; so has every HEAD, from its beginning.
    accessor(
      StreamResponse,
      'writableFinished',
      ({ writableEnded, stream }) =>
        writableEnded && stream.headersSent && stream.writableFinished && !stream.aborted,
    )
  }

  /** Node throws where the client has reset the stream in the meantime. */
  override writeContinue(): void {
    if (!this.stream.destroyed && !this.stream.closed) super.writeContinue()
  }

  override write(chunk: string | Uint8Array, ...rest: never[]): boolean {
    this.bytesOut += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length
    return super.write(chunk, ...rest)
  }

  override end(...given: never[]): this {
    super.end(...given)
    const { stream } = this
    // What is still sent has no reader any more. RFC 9113 §8.1: the client is told so, and keeps the answer.
    if (!this.req.complete && !stream.destroyed) {
      // An answer without a body is finished before its header section is sent, and a reset would overtake that.
      const close = () => setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR))
      if (stream.writableFinished) close()
      else stream.once('finish', close)
    }
    return this
  }

  /** Cuts the answer. Without a code of failure a client could take what it has for the whole. */
  override destroy(): this {
    if (this.#cut) return this
    this.#cut = true
    if (!this.stream.destroyed) this.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    return this
  }
}

/** The types call properties what are accessors in Node, so these cannot be written as accessors in a class. */
function accessor<T extends object>(owner: { prototype: T }, name: string, get: (self: T) => boolean): void {
  Object.defineProperty(owner.prototype, name, {
    configurable: true,
    get(this: T) {
      return get(this)
    },
  })
}

function brokenOff(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}
