import Foundation
package import SystemPackage

/// How people name a set: `test_20251216_020000`, the name or path of one of its files, `latest` or `weekly:latest`.
package struct SetSelector: Hashable, Sendable {
    package enum Choice: Hashable, Sendable {
        /// The newest set that counts.
        case latest
        /// The newest set of a tier that counts.
        case latestOf(Tier)
        /// The newest set that counts and serves no tier.
        case latestOfPools
        /// A set's name or the name of one of its files, in one folder or, for nil, in any.
        case named(String, folder: FilePath?)
    }

    package let text: String
    package let choice: Choice

    package init(_ text: String) {
        self.text = text
        if text == "latest" {
            choice = .latest
        } else if text.hasSuffix(":latest"), let tier = Tier(rawValue: String(text.dropLast(7))) {
            choice = .latestOf(tier)
        } else if text == "pool:latest" {
            choice = .latestOfPools
        } else {
            let path = FilePath(text)
            let folder = path.components.count > 1 || path.isAbsolute ? path.removingLastComponent() : nil
            choice = .named(path.lastComponent?.string ?? text, folder: folder?.lexicallyNormalized())
        }
    }

    /// Whether a set is the one that is named; of ``Choice/latest`` and its like, whether it is of that kind.
    func matches(_ known: KnownSet) -> Bool {
        switch choice {
        case .latest: return known.counts
        case .latestOf(let tier): return known.counts && known.set.tiers.contains(tier)
        case .latestOfPools: return known.counts && known.set.tiers.isEmpty
        case .named(let name, let folder):
            // The cheap comparison first: there may be 100,000 sets.
            guard name.hasPrefix(known.set.name.stem), folder.map(known.set.isIn) ?? true else { return false }
            return name == "\(known.set.name)" || name == known.set.name.manifest
                || known.set.files.contains { $0.name == name }
        }
    }
}

extension BackupInventory {
    /// The set that a text names: of several with that name in several folders, that of the first folder.
    ///
    /// - Throws: ``BackupError/noSuchSet(_:nearest:)`` with the names that are nearest to the text.
    package func set(matching text: String) throws -> KnownSet {
        let found = try sets(matching: text)
        return found.min { rank($0) < rank($1) } ?? found[0]
    }

    /// All places of the set that a text names: one, or one for each folder into which the set is linked.
    ///
    /// - Throws: ``BackupError/noSuchSet(_:nearest:)``.
    package func sets(matching text: String) throws -> [KnownSet] {
        let selector = SetSelector(text)
        guard let first = sets.first(where: selector.matches) else {
            throw BackupError.noSuchSet(text, nearest: nearest(to: selector))
        }
        if case .named(_, .some) = selector.choice { return [first] }
        return sets.filter { $0.instant == first.instant && $0.set.name == first.set.name }
    }

    private func rank(_ known: KnownSet) -> Int { folders.firstIndex(of: known.set.folder) ?? folders.count }

    private func nearest(to selector: SetSelector) -> [String] {
        guard case .named(let name, _) = selector.choice else { return sets.first.map { ["\($0.set.name)"] } ?? [] }
        var names: [String] = []
        // Names of one database differ only towards their end: the longest common beginning is the nearest.
        let ranked = sets.prefix(10_000).map { (common: name.commonPrefix(with: "\($0.set.name)").count, known: $0) }
        let best = ranked.map(\.common).max() ?? 0
        for candidate in ranked where candidate.common == best && names.count < 3 {
            let name = "\(candidate.known.set.name)"
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}
