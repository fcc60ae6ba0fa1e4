import Glibc
import SystemPackage

/// Whether a program that others may have put there would be run with our rights.
///
/// As sudo and cron do, only files are trusted that belong to root or to us and that nobody else may write, in folders of
/// which the same is true, up to the folder of plugins; the group root counts as root.
struct ProgramTrust {
    /// The folder of plugins: whoever may write above it may write `ronde.yaml` too.
    let top: FilePath

    /// Trust in what the plugin of a manifest runs.
    init(manifest: FilePath) { top = manifest.removingLastComponent().removingLastComponent() }

    /// What is wrong with a program, which the manifest names as `written`; nil where it may be run.
    func fault(ofProgram path: FilePath, written: String) -> String? {
        let shown = "the program \(excerpt(written))"
        var status = stat()
        guard stat(path.string, &status) == 0 else {
            let code = errno
            let reason = code == ENOENT ? "is missing" : "cannot be read: \(String(cString: strerror(code)))"
            let hint = written.contains("/") ? "" : " in the plugin's folder; give others with their whole path"
            return "\(shown) \(reason)\(hint)"
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return "\(shown) is not a regular file" }
        guard access(path.string, X_OK) == 0 else { return "\(shown) may not be executed; try 'chmod +x'" }
        return fault(ofFile: path)
    }

    /// What is wrong with who may write a file or a folder on the way to it; nil where only root and we may.
    func fault(ofFile file: FilePath) -> String? {
        guard let way = PathWalk(to: file) else { return "'\(file)' cannot be read" }
        let top = PathWalk(to: self.top)?.places.last?.path ?? self.top
        // The nearest first: that is what the person has just written.
        for (index, place) in way.places.reversed().enumerated() {
            let isAbove = top.starts(with: place.path) && place.path != top
            if isAbove, !place.isLink, index > 1 { continue }
            // In a folder such as /tmp nobody may rename what is not theirs.
            let maySticky = index > 1 && !place.path.starts(with: top)
            if let fault = Self.fault(of: place, maySticky: maySticky) { return fault }
        }
        return nil
    }

    private static func fault(of place: PathWalk.Place, maySticky: Bool) -> String? {
        let status = place.status
        if status.st_uid != 0, status.st_uid != geteuid() {
            return "'\(place.path)' belongs to the user with the number \(status.st_uid), "
                + "who could put another program there"
        }
        // What a link leads to can be changed only in its folder.
        if place.isLink || maySticky && status.st_mode & S_ISVTX != 0 { return nil }
        let byAll = status.st_mode & S_IWOTH != 0
        guard byAll || status.st_mode & S_IWGRP != 0 && status.st_gid != 0 else { return nil }
        let who = byAll ? "everybody" : "its whole group"
        return "'\(place.path)' may be written by \(who), who could put another program there; 'chmod go-w' mends that"
    }
}

/// Everything that the system passes on its way to a file: each folder and each link, and at last the file.
private struct PathWalk {
    struct Place {
        /// Without links, but for the last component of a link.
        let path: FilePath
        let status: stat
        var isLink: Bool { status.st_mode & S_IFMT == S_IFLNK }
    }

    private static let mostLinks = 40
    private(set) var places: [Place] = []

    /// Nil where the way ends before the file, or goes in circles.
    init?(to path: FilePath) {
        var here = FilePath("/")
        var rest = Array(path.components)
        var links = 0
        while !rest.isEmpty {
            let name = rest.removeFirst()
            if name.kind == .parentDirectory { here.removeLastComponent() }
            guard name.kind == .regular else { continue }
            let next = here.appending(name)
            var status = stat()
            guard lstat(next.string, &status) == 0 else { return nil }
            let place = Place(path: next, status: status)
            places.append(place)
            guard place.isLink else {
                here = next
                continue
            }
            links += 1
            guard links <= Self.mostLinks, let target = Self.target(of: next) else { return nil }
            if target.isAbsolute { here = "/" }
            rest = Array(target.components) + rest
        }
    }

    private static func target(of link: FilePath) -> FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(link.string, &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return FilePath(String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
