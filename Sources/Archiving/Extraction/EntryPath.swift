/// Where an entry of an archive goes: a way down from the folder that is extracted into, and never up.
struct EntryPath: Hashable {
    /// The components with `/` between them; nothing for the folder itself.
    let bytes: [UInt8]

    static let root = EntryPath(bytes: [])
    private static let longestComponent = 255
    private static let (slash, dot, backslash) = (UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "\\"))

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Takes a name as it is in an archive; `.` and a slash too many say nothing and are left out.
    ///
    /// - Throws: ``EntryFault`` for a name that leads out, is too long or deep, or misleads people and terminals.
    init(_ name: [UInt8], _ limits: ExtractionLimits) throws(EntryFault) {
        guard !name.isEmpty else { throw .damaged("has an empty name") }
        guard !name.contains(0) else { throw .unsafe("has a NUL in its name") }
        guard name.first != Self.slash else { throw .unsafe("has an absolute path") }
        guard name.count <= limits.pathLength else {
            throw .overLimit("has a name of \(name.count) bytes; \(limits.pathLength) are allowed")
        }
        let text = String(validating: name, as: UTF8.self)
        let misleads =
            text?.unicodeScalars.contains(where: EntryName.isMisleading)
            ?? name.contains { $0 < 0x20 || (0x7F...0x9F).contains($0) }
        guard !misleads else { throw .unsafe("has control or direction characters in its name") }
        // What other systems take for a path is refused too: the folder may be shared with one.
        guard !name.split(separator: Self.slash).contains(where: Self.leadsOut) else {
            throw .unsafe("leads out of the folder ('..')")
        }
        let parts = name.split(separator: Self.slash).filter { $0 != [Self.dot] }
        guard parts.count <= limits.depth else {
            throw .overLimit("is \(parts.count) folders deep; \(limits.depth) are allowed")
        }
        if let long = parts.first(where: { $0.count > Self.longestComponent }) {
            throw .overLimit("has a name of \(long.count) bytes in its path; a file system takes 255")
        }
        bytes = Array(parts.joined(separator: [Self.slash]))
    }

    /// The folders above, from the top, without the one that is extracted into.
    var ancestors: [EntryPath] {
        bytes.indices.filter { bytes[$0] == Self.slash }.map { EntryPath(bytes: Array(bytes[..<$0])) }
    }

    var parent: EntryPath {
        bytes.lastIndex(of: Self.slash).map { EntryPath(bytes: Array(bytes[..<$0])) } ?? .root
    }

    func appending(_ component: some Sequence<UInt8>) -> EntryPath {
        EntryPath(bytes: bytes.isEmpty ? Array(component) : bytes + [Self.slash] + component)
    }

    /// The path as the system wants it.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes.isEmpty ? [Self.dot, 0] : bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                // Never empty: there is a NUL at least.
                characters.baseAddress.map(body) ?? body("")
            }
        }
    }

    private static func leadsOut(_ part: some Sequence<UInt8>) -> Bool {
        Array(part).split(separator: backslash).contains([dot, dot])
    }
}
