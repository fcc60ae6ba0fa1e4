import Digests
package import Maintenance
import Synchronization

/// Where pings come in: knows which key belongs to which expectation, and rings when one came.
///
/// Only digests of the keys are kept.
package final class PingDesk: Sendable {
    private struct Entry {
        let expectation: String
        let digest: [UInt8]
    }

    private struct State {
        var entries: [Entry] = []
        var isListening = false
    }

    private let state = Mutex(State())
    let bell = Bell()

    /// A desk that knows no key yet.
    package init() {}

    /// Whether pings can come in now.
    var isListening: Bool { state.withLock { $0.isListening } }

    func setListening(_ isListening: Bool) {
        state.withLock { $0.isListening = isListening }
        bell.ring()
    }

    /// Reads the keys of these expectations and takes pings for them, and for no others, from now on.
    ///
    /// - Parameters:
    ///   - expectations: whose keys are read.
    ///   - environment: where keys that are variables are looked up.
    /// - Throws: ``PingKeyError``; the keys known before stay then.
    package func expect(_ expectations: [Expectation], environment: [String: String]) throws(PingKeyError) {
        var entries: [Entry] = []
        for expectation in expectations {
            let digest = try Self.digest(of: expectation, environment)
            if let other = entries.first(where: { $0.digest == digest }) {
                throw PingKeyError(expectation: expectation.name, problem: .sharedWith(other.expectation))
            }
            entries.append(Entry(expectation: expectation.name, digest: digest))
        }
        state.withLock { $0.entries = entries }
        bell.ring()
    }

    /// The expectation that a key belongs to.
    ///
    /// Every digest is compared to its end, so that the time says nothing of how much of a key was right.
    func expectation(of key: Substring) throws -> String? {
        guard Self.isKey(key) else { return nil }
        let digest = try Self.digest(of: key)
        return state.withLock { state in
            var found: String?
            for entry in state.entries where Self.areEqual(entry.digest, digest) { found = entry.expectation }
            return found
        }
    }

    private static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        var difference = UInt8(truncatingIfNeeded: one.count ^ other.count)
        for (first, second) in zip(one, other) { difference |= first ^ second }
        return difference == 0
    }

    // MARK: Keys

    /// How many characters a key has; with fewer it could be found by trying.
    static let keyLength = 16...200

    /// Whether it can be a key: what stands for itself in a URL.
    static func isKey(_ text: some StringProtocol) -> Bool {
        keyLength.contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-_.~".utf8.contains(byte)
            }
    }

    private static func digest(
        of expectation: Expectation, _ environment: [String: String]
    ) throws(PingKeyError) -> [UInt8] {
        let key: Secret
        do throws(SecretError) {
            key = try expectation.key.reveal(environment: environment)
        } catch {
            throw PingKeyError(expectation: expectation.name, problem: .missing(error))
        }
        guard isKey(key.text) else { throw PingKeyError(expectation: expectation.name, problem: .unfit) }
        do {
            return try digest(of: key.text[...])
        } catch {
            throw PingKeyError(expectation: expectation.name, problem: .noDigest("\(error)"))
        }
    }

    private static func digest(of key: Substring) throws -> [UInt8] {
        var hasher = try SHA256Hasher()
        try hasher.update(bytes: Array(key.utf8))
        return try hasher.finish().bytes
    }
}

/// A key of an expectation that cannot be used.
package struct PingKeyError: Error, CustomStringConvertible {
    package enum Problem: Sendable {
        case missing(SecretError)
        case unfit
        case sharedWith(String)
        case noDigest(String)
    }

    package let expectation: String
    package let problem: Problem

    package var description: String {
        let words =
            switch problem {
            case .missing(let error): "\(error)"
            case .unfit:
                "it must have 16 to 200 letters, digits, '-', '_', '.' or '~'; make one with: openssl rand -hex 16"
            case .sharedWith(let other): "it is the key of '\(other)' too; each needs one of its own"
            case .noDigest(let error): error
            }
        return "the key of the expectation '\(expectation)': \(words)"
    }
}
