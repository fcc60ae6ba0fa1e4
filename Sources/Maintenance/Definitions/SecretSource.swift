import Foundation

/// Where a secret is to be had: configuration names the place and never the secret.
package enum SecretSource: Hashable, Sendable {
    /// A variable of the environment in which Ronde runs.
    case environment(String)
    /// The first line of a file, by its absolute path.
    case file(String)

    /// No password or token is longer, in bytes.
    package static let longest = 8192

    /// Gets the secret, each time anew: a file may have been changed since.
    ///
    /// - Parameter environment: the variables that ``environment(_:)`` is looked up in.
    /// - Returns: the secret, one line.
    /// - Throws: ``SecretError`` where there is none, or where it is no single line of text.
    package func reveal(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SecretError) -> Secret {
        switch self {
        case .environment(let name):
            guard let value = environment[name] else { throw SecretError(self, .missing("is not set")) }
            return try secret(value)
        case .file(let path): return try secret(contents(of: path))
        }
    }

    private func contents(of path: String) throws(SecretError) -> String {
        let bytes: Data
        do {
            // Not a pipe or a device: these could keep the reader waiting for ever.
            let kind = try FileManager.default.attributesOfItem(atPath: Self.target(of: path))[.type]
            guard kind as? FileAttributeType == .typeRegular else { throw SecretError(self, .missing("is no file")) }
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer {
                // It was only read.
                try? file.close()
            }
            bytes = try file.read(upToCount: Self.longest + 2) ?? Data()
        } catch let error as SecretError {
            throw error
        } catch {
            throw SecretError(self, .missing("cannot be read: \(Self.words(error))"))
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else { throw SecretError(self, .unfit("is no UTF-8")) }
        // By scalars: a carriage return and a line feed are one character.
        var line = text.unicodeScalars[...]
        if line.last == "\n" { line = line.dropLast() }
        if line.last == "\r" { line = line.dropLast() }
        return String(line)
    }

    private static func target(of path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    private static func words(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "there is none"
        case .fileReadNoPermission: "permission denied"
        default: (error as NSError).localizedDescription
        }
    }

    private func secret(_ text: String) throws(SecretError) -> Secret {
        guard !text.isEmpty else { throw SecretError(self, .missing("is empty")) }
        guard text.utf8.count <= Self.longest else {
            throw SecretError(self, .unfit("has more than \(Self.longest) bytes"))
        }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw SecretError(self, .unfit("is more than one line, or has control characters"))
        }
        return Secret(text)
    }
}

/// A secret that was revealed; printing it shows `***`.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself, for whom it is meant.
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A secret that is not where it should be.
package struct SecretError: Error, Hashable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case missing(String)
        case unfit(String)
    }

    package let source: SecretSource
    package let problem: Problem

    init(_ source: SecretSource, _ problem: Problem) {
        self.source = source
        self.problem = problem
    }

    package var description: String {
        let place =
            switch source {
            case .environment(let name): "the variable \(name)"
            case .file(let path): "the file \(path)"
            }
        return switch problem {
        case .missing(let words): "the secret is missing: \(place) \(words)"
        case .unfit(let words): "no secret can be taken from \(place): it \(words)"
        }
    }
}
