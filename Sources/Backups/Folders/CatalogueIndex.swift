import Digests
import DurableFiles
import Foundation
import Glibc
import SystemPackage

/// What the manifests of a folder said when they were read last: `.backups.index`, so that a folder of 100,000 sets
/// is listed without reading as many files.
///
/// It is only ever a copy. An entry is used if its manifest has the same inode, size and times as when it was read; a
/// lost, old or damaged index costs time and nothing else. The bytes: ``magic``, an entry for each manifest as
/// ``IndexEntry`` writes it, and the SHA-256 of all before.
struct CatalogueIndex {
    static let fileName = ".backups.index"
    private static let magic: [UInt8] = Array("ronde backups index 2\n".utf8)
    private static let longest = 1 << 30
    /// How many bytes an entry has, more or less.
    private static let usualEntry = 200
    /// So many manifests are read again rather than that the index is written anew.
    private static let fewest = 32
    /// In nanoseconds: what changed so shortly before may change again within one tick of the clock of file times.
    private static let settled = 200_000_000

    private let bytes: [UInt8]
    /// Where the entries of one stem are, by the name of their manifest.
    private var own: [String: Range<Int>] = [:]
    private var others: [(name: String, range: Range<Int>)] = []

    /// Reads the index of a folder; entries of `stem` will be asked for.
    init(in folder: FilePath, stem: String) {
        // Whatever is wrong with it, the manifests are still there.
        let read = (try? DurableFile.read(folder.appending(Self.fileName), limit: Self.longest)) ?? []
        let end = read.count - SHA256Digest.byteCount
        guard end >= Self.magic.count, read.starts(with: Self.magic),
            let digest = try? SHA256Digest(of: Array(read[..<end])), digest.bytes.elementsEqual(read[end...])
        else {
            bytes = []
            return
        }
        bytes = read
        own.reserveCapacity(read.count / Self.usualEntry)
        var position = Self.magic.count
        while position < end {
            var reader = IndexReader(bytes, position..<end)
            guard let length = reader.count(), let name = reader.text(), length > 0, length <= end - reader.start
            else { break }
            let range = position..<reader.start + length
            if Self.isName(name, of: stem) { own[name] = range } else { others.append((name, range)) }
            position = range.upperBound
        }
    }

    /// Whether a name can be that of a manifest of this stem, and not of a longer one: the day follows.
    private static func isName(_ name: String, of stem: String) -> Bool {
        let name = name.utf8
        guard name.starts(with: stem.utf8) else { return false }
        let rest = name.dropFirst(stem.utf8.count)
        return rest.first == UInt8(ascii: "_") && rest.count > 8
            && rest.dropFirst().prefix(8).allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The summary of a manifest that has not changed since it was read.
    func entry(of name: String, stamp: FileStamp, stem: String) -> IndexEntry? {
        guard let range = own[name] else { return nil }
        var reader = IndexReader(bytes, range)
        guard reader.skipHead(), let entry = IndexEntry(from: &reader, stem: stem, stamp: stamp) else { return nil }
        return entry
    }

    /// Writes the index anew if that is worth it.
    ///
    /// - Parameters:
    ///   - entries: of the manifests of the stem that are there now.
    ///   - fresh: how many of them were read from their manifests.
    ///   - names: all names in the folder.
    ///   - folder: where it is to be written.
    func refresh(_ entries: [IndexEntry], fresh: Int, names: [String], in folder: FilePath) {
        guard fresh >= Self.fewest || own.count > 2 * entries.count + 1_000 else { return }
        // Where nothing may be written, the next reader has to read all manifests as this one had.
        guard folder.withPlatformString({ access($0, W_OK | X_OK) }) == 0 else { return }
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        let horizon = FolderScan.nanoseconds(clock) - Self.settled
        var writer = IndexWriter()
        writer.bytes = Self.magic
        writer.bytes.reserveCapacity(entries.count * 256)
        for entry in entries where entry.stamp.changed < horizon && entry.stamp.modified < horizon {
            entry.write(to: &writer)
        }
        if !others.isEmpty {
            let there = Set(names)
            for other in others where there.contains(other.name) { writer.bytes += bytes[other.range] }
        }
        guard let digest = try? SHA256Digest(of: writer.bytes) else { return }
        // On a full disk, say, the old index stays, and what it does not know is read from the manifests.
        try? DurableFile.write(
            writer.bytes + digest.bytes, to: folder.appending(Self.fileName), permissions: .ownerReadWrite)
    }
}
