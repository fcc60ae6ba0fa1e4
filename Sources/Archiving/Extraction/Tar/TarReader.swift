/// Reads the entries of a tar archive from its content.
struct TarReader {
    /// An entry whose content, if it is a file, comes next in the stream.
    struct Entry {
        enum Kind: Hashable {
            case file(size: Int)
            case folder
            case symbolicLink([UInt8])
            case hardLink([UInt8])
        }

        let name: [UInt8]
        let kind: Kind
        let mode: UInt32
        let modified: Int?
    }

    /// The longest pax header or long name; a name that is allowed is far shorter.
    private static let longestExtension = 1 << 20
    /// Archives are filled up to whole records, of 10 KiB or what the tape wanted.
    private static let longestPadding = 16 << 20

    private let content: ContentStream
    /// How many bytes lie between the content that was read last and the next header.
    private var padding = 0

    init(_ content: ContentStream) { self.content = content }

    /// The next entry; nothing after the mark that ends an archive, when nothing else follows it.
    ///
    /// The content of a file must have been read before.
    mutating func next() throws -> Entry? {
        var extensions = Extensions()
        while true {
            try skipPadding()
            let block = try content.read(TarHeader.length)
            guard block.count == TarHeader.length else {
                throw EntryProblem(
                    name: extensions.path ?? [], fault: .damaged("is cut short: its end mark is missing"))
            }
            if !block.contains(where: { $0 != 0 }) {
                guard extensions.isEmpty else {
                    throw EntryProblem(name: extensions.path, fault: .damaged("is cut short after a long name"))
                }
                try checkEnd()
                return nil
            }
            do throws(EntryFault) {
                let header = try TarHeader(block)
                if !extensions.concerns(header) { return try entry(header, extensions) }
                guard header.size <= Self.longestExtension, extensions.count < 8 else {
                    throw .overLimit("has a header that is too long")
                }
                extensions.pending = header
            } catch {
                throw EntryProblem(name: extensions.path ?? Array(block.prefix(100).prefix { $0 != 0 }), fault: error)
            }
            try readExtension(&extensions)
        }
    }

    private mutating func readExtension(_ extensions: inout Extensions) throws {
        guard let header = extensions.pending else { return }
        let bytes = try content.read(header.size)
        guard bytes.count == header.size else {
            throw EntryProblem(name: header.name, fault: .damaged("is cut short"))
        }
        padding = Self.padding(of: header.size)
        do throws(EntryFault) { try extensions.take(bytes, for: header) } catch {
            throw EntryProblem(name: extensions.path ?? header.name, fault: error)
        }
    }

    private mutating func entry(_ header: TarHeader, _ extensions: Extensions) throws(EntryFault) -> Entry {
        let name = extensions.path ?? header.name
        let link = extensions.link ?? header.link
        let size = extensions.size ?? header.size
        let kind = try Self.kind(header.type, name: name, link: link, size: size)
        if case .file = kind { padding = Self.padding(of: size) }
        return Entry(name: name, kind: kind, mode: header.mode, modified: header.modified)
    }

    private static func kind(
        _ type: UInt8, name: [UInt8], link: [UInt8], size: Int
    ) throws(EntryFault) -> Entry.Kind {
        let kind: Entry.Kind
        switch Character(Unicode.Scalar(type)) {
        case "0", "\0", "7":
            // Before ustar a folder was a file with a slash at its end.
            if name.last != UInt8(ascii: "/") { return .file(size: size) }
            kind = .folder
        case "5": kind = .folder
        case "2": kind = .symbolicLink(link)
        case "1": kind = .hardLink(link)
        case "3", "4": throw .unsafe("is a device")
        case "6": throw .unsafe("is a named pipe")
        case "S": throw .unsupported("is a sparse file, which may be of any size")
        case "M": throw .unsupported("goes on in another volume")
        default: throw .unsupported("is of a kind that is not known (type \(type))")
        }
        guard size == 0 else { throw .damaged("is a folder or link and yet has content") }
        return kind
    }

    /// After the first block of zeros only zeros may come, or some other archive would be passed over.
    private func checkEnd() throws {
        let rest = try content.pass(Self.longestPadding) { bytes in
            guard bytes.allSatisfy({ $0 == 0 }) else {
                throw EntryProblem(name: nil, fault: .damaged("has other bytes after its end mark"))
            }
        }
        guard rest < Self.longestPadding else {
            throw EntryProblem(name: nil, fault: .overLimit("has more zeros after its end than any tape"))
        }
    }

    private mutating func skipPadding() throws {
        _ = try content.pass(padding) { _ in }
        padding = 0
    }

    private static func padding(of size: Int) -> Int { (TarHeader.length - size % TarHeader.length) % TarHeader.length }
}

extension TarReader {
    /// What was said about the next entry by headers of its own.
    private struct Extensions {
        var pending: TarHeader?
        private(set) var count = 0
        private(set) var isEmpty = true
        private(set) var size: Int?
        private var (longName, longLink): ([UInt8]?, [UInt8]?)
        private var (paxName, paxLink): ([UInt8]?, [UInt8]?)

        var path: [UInt8]? { paxName ?? longName }
        var link: [UInt8]? { paxLink ?? longLink }

        /// Whether a header is about another entry or the whole archive, and no entry itself.
        func concerns(_ header: TarHeader) -> Bool {
            switch Character(Unicode.Scalar(header.type)) {
            case "x", "g", "L", "K", "V": true
            default: false
            }
        }

        mutating func take(_ bytes: [UInt8], for header: TarHeader) throws(EntryFault) {
            pending = nil
            count += 1
            switch Character(Unicode.Scalar(header.type)) {
            case "x":
                let records = try PaxRecords(bytes, isGlobal: false)
                (paxName, paxLink, size) = (records.path ?? paxName, records.link ?? paxLink, records.size ?? size)
                isEmpty = false
            case "g": _ = try PaxRecords(bytes, isGlobal: true)
            case "L": longName = try Self.long(bytes)
            case "K": longLink = try Self.long(bytes)
            default: break  // The label of a volume.
            }
            if longName != nil || longLink != nil { isEmpty = false }
        }

        /// GNU's long names end with a NUL, or with the header's content.
        private static func long(_ bytes: [UInt8]) throws(EntryFault) -> [UInt8] {
            let name = bytes.prefix { $0 != 0 }
            guard !name.isEmpty, !bytes[name.endIndex...].contains(where: { $0 != 0 }) else {
                throw .damaged("has a long name that is empty or has a NUL within")
            }
            return Array(name)
        }
    }
}
