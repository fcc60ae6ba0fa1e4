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
struct CatalogueIndex: Sendable {
    static let fileName = ".backups.index"
    private static let magic: [UInt8] = Array("ronde backups index 2\n".utf8)
    private static let longest = 1 << 30
    /// How many bytes an entry has, more or less.
    private static let usualEntry = 200
    /// So many manifests are read again rather than that the index is written anew.
    private static let fewest = 32
    /// In nanoseconds: what changed so shortly before may change again within one tick of the clock of file times.
    private static let settled = 200_000_000

    private let stem: String
    private let bytes: [UInt8]
    /// Where the entries of ``stem`` are, by the inodes of their manifests.
    private var own: [UInt64: Range<Int>] = [:]
    /// Where those of other stems are.
    private var others: [Range<Int>] = []

    /// Reads the index of a folder; entries of `stem` will be asked for.
    init(in folder: FilePath, stem: String) {
        self.stem = stem
        // Whatever is wrong with it, the manifests are still there.
        let read = (try? DurableFile.read(folder.appending(Self.fileName), limit: Self.longest)) ?? []
        let end = read.count - SHA256Digest.byteCount
        guard end >= Self.magic.count, read.starts(with: Self.magic),
            let digest = try? SHA256Digest(of: read[..<end]), digest.bytes.elementsEqual(read[end...])
        else {
            bytes = []
            return
        }
        bytes = read
        own.reserveCapacity(read.count / Self.usualEntry)
        var position = Self.magic.count
        while position < end {
            var reader = IndexReader(bytes, position..<end)
            guard let length = reader.count(), let name = reader.textRange(), length > 0, length <= end - reader.start,
                let inode = IndexEntry.inode(from: &reader)
            else { break }
            let range = position..<name.upperBound + length
            if Self.isName(bytes[name], of: stem) { own[inode] = range } else { others.append(range) }
            position = range.upperBound
        }
    }

    /// Whether a name can be that of a manifest of this stem, and not of a longer one: the day follows.
    private static func isName(_ name: ArraySlice<UInt8>, of stem: String) -> Bool {
        guard name.starts(with: stem.utf8) else { return false }
        let rest = name.dropFirst(stem.utf8.count)
        return rest.first == UInt8(ascii: "_") && rest.count > 8
            && rest.dropFirst().prefix(8).allSatisfy { (0x30...0x39).contains($0) }
    }

    /// What a manifest says that has not changed since it was read.
    func entry(of name: String, stamp: FileStamp, in folder: FilePath) -> IndexEntry? {
        guard let range = own[stamp.inode] else { return nil }
        var reader = IndexReader(bytes, range)
        guard reader.count() != nil, let known = reader.textRange(), bytes[known].elementsEqual(name.utf8) else {
            return nil
        }
        return IndexEntry(from: &reader, stem: stem, stamp: stamp, folder: folder)
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
        let horizon = clock.inNanoseconds - Self.settled
        var writer = IndexWriter()
        writer.bytes = Self.magic
        writer.bytes.reserveCapacity(entries.count * 256)
        for entry in entries where entry.stamp.changed < horizon && entry.stamp.modified < horizon {
            entry.write(to: &writer)
        }
        writer.bytes += stillThere(names)
        guard let digest = try? SHA256Digest(of: writer.bytes) else { return }
        // On a full disk, say, the old index stays, and what it does not know is read from the manifests.
        try? DurableFile.write(
            writer.bytes + digest.bytes, to: folder.appending(Self.fileName), permissions: .ownerReadWrite)
    }

    /// The entries of other stems whose manifests are not gone.
    private func stillThere(_ names: [String]) -> [UInt8] {
        guard !others.isEmpty else { return [] }
        let there = Set(names)
        return others.flatMap { range in
            var reader = IndexReader(bytes, range)
            guard reader.count() != nil, let name = reader.text(), there.contains(name) else { return bytes[0..<0] }
            return bytes[range]
        }
    }
}
