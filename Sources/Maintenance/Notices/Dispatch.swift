package import Foundation

/// One message on its way to one channel or dead-man's switch.
package struct Dispatch: Hashable, Sendable {
    package enum Content: Hashable, Sendable, Codable {
        case notice(Notice)
        case ping(OutgoingPing)
    }

    /// Who gets it.
    package enum Target: Hashable, Sendable {
        case channel(String)
        case pings(String)

        /// As it is stored: `channel:ops`, `pings:watchdog`.
        package var key: String {
            switch self {
            case .channel(let name): "channel:\(name)"
            case .pings(let name): "pings:\(name)"
            }
        }

        /// Reads a ``key``; nil where the text is none.
        package init?(key: String) {
            guard let colon = key.firstIndex(of: ":") else { return nil }
            let name = String(key[key.index(after: colon)...])
            switch key[..<colon] {
            case "channel": self = .channel(name)
            case "pings": self = .pings(name)
            default: return nil
            }
        }
    }

    package var target: Target
    /// What it is about, as ``AlertSubject/key`` says it; where too many wait, those of one topic become one.
    package var topic: String
    package var content: Content

    package init(target: Target, topic: String, content: Content) {
        self.target = target
        self.topic = topic
        self.content = content
    }
}

/// A message in the queue, and how far it came.
package struct QueuedDispatch: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case waiting
        case delivered
        /// It was tried for as long as it should be, or there is nobody to take it.
        case givenUp = "given_up"
        /// A later one of the same topic says all that it said.
        case merged
    }

    package var id: Int64
    package var dispatch: Dispatch
    package var madeAt: Date
    package var state: State
    package var attempts: Int
    /// When delivery is tried next, or when the state became final.
    package var at: Date
    /// What the last attempt came to, in words.
    package var answer: String?
    /// The recipients that still have to get it; nil for all.
    package var remaining: [String]?
    /// How many earlier messages of its topic were never delivered and are merged into it.
    package var absorbed: Int

    package init(
        id: Int64, dispatch: Dispatch, madeAt: Date, state: State, attempts: Int, at: Date, answer: String?,
        remaining: [String]?, absorbed: Int
    ) {
        self.id = id
        self.dispatch = dispatch
        self.madeAt = madeAt
        self.state = state
        self.attempts = attempts
        self.at = at
        self.answer = answer
        self.remaining = remaining
        self.absorbed = absorbed
    }
}
