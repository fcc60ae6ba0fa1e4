/// What a transfer was doing.
package enum HTTPStage: String, Sendable, Hashable {
    /// Looking up the host's name.
    case resolving
    case connecting
    /// In the TLS handshake.
    case securing
    case sending
    /// The request is out; not one byte of the reply is in.
    case waiting
    case receiving
}

/// When each phase of a transfer ended, counted from its start.
///
/// The times are cumulative, as curl gives them: `connect` includes `nameLookup`, `total` includes all. A phase that was
/// not reached, or was not needed (`tls` over plain HTTP), is nil. Where redirects were followed, each time but `total`
/// is the sum over the hops.
package struct HTTPPhases: Sendable, Hashable {
    package var nameLookup: Duration?
    package var connect: Duration?
    package var tls: Duration?
    package var firstByte: Duration?
    package var total: Duration

    /// How long each phase took by itself.
    package struct Durations: Sendable, Hashable {
        package var nameLookup: Duration?
        package var connect: Duration?
        package var tls: Duration?
        /// Sending the request and waiting for the first byte of the reply.
        package var waiting: Duration?
        package var receiving: Duration?
    }

    /// Makes the times of a transfer by hand, for tests of what reads them.
    package init(
        nameLookup: Duration? = nil, connect: Duration? = nil, tls: Duration? = nil, firstByte: Duration? = nil,
        total: Duration = .zero
    ) {
        self.nameLookup = nameLookup
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
    }

    /// The phases one by one instead of one upon the other.
    package var durations: Durations {
        Durations(
            nameLookup: nameLookup,
            connect: Self.step(to: connect, from: nameLookup),
            tls: Self.step(to: tls, from: connect),
            waiting: Self.step(to: firstByte, from: tls ?? connect),
            receiving: Self.step(to: firstByte == nil ? nil : total, from: firstByte))
    }

    private static func step(to end: Duration?, from start: Duration?) -> Duration? {
        end.map { max(.zero, $0 - (start ?? .zero)) }
    }
}
