import Maintenance

/// When a vacuum pays: `always`, or `free_pages > 20%`.
struct VacuumCondition: Hashable, Sendable, CustomStringConvertible {
    /// The share of free pages above which to vacuum; nil for always.
    let threshold: Percentage?

    /// - Throws: ``QuantityError`` where the text is neither form, or where it could never hold.
    init(parsing text: String) throws(QuantityError) {
        let parts = text.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
        if parts == ["always"] {
            threshold = nil
            return
        }
        guard parts.count == 2, parts[0] == "free_pages" else { throw Self.wrong(text) }
        do {
            threshold = try Percentage(parsing: parts[1])
        } catch {
            throw Self.wrong(text)
        }
        // The first page of a database is never free, so not even 100% can be exceeded.
        guard let threshold, threshold.percent < 100 else { throw Self.wrong(text) }
    }

    private static func wrong(_ text: String) -> QuantityError {
        QuantityError(text: text, expected: "'always', or a condition such as 'free_pages > 20%' below 100%")
    }

    /// Whether a vacuum pays for a database with this share of free pages, in percent.
    func holds(forFreeShare percent: Double) -> Bool {
        threshold.map { percent > $0.percent } ?? true
    }

    var description: String { threshold.map { "free_pages > \($0)" } ?? "always" }
}

extension VacuumCondition: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(parsing: try container.decode(String.self))
        } catch let error as QuantityError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }
}

extension Substring {
    /// Without the spaces and tabs around it.
    fileprivate var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
