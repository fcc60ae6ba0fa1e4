import SystemPackage

/// A part of a log that was not read yet.
enum LogPiece {
    /// A range of a file; where it `isOver` nobody writes to it any more, and its last line needs no line feed.
    case plain(LogSource, Range<Int>, isOver: Bool)
    /// What follows an offset in a compressed file; how much that is shows when it is unpacked.
    case compressed(CompressedLog, from: Int)

    /// In bytes, as far as that is known.
    var size: Int {
        switch self {
        case .plain(_, let range, _): range.count
        case .compressed: 0
        }
    }
}

/// What is to be read of one log, in order.
struct LogPlan {
    let path: FilePath
    /// The living file; nil where it is not there just now.
    let current: LogSource?
    var pieces: [LogPiece] = []
    /// What to note of it where it is not there.
    var known: LogTrail?
    /// The file before the living one, once all of it was read.
    var previous: LogSource?
    /// What people should know of how it was followed.
    var notes: [String] = []
    /// Why something of it can never be read; nil where nothing is missing.
    var loss: String?
}
