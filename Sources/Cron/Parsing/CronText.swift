/// A part of an expression that knows where it stands: its indices are offsets into the whole.
struct CronText {
    let scalars: ArraySlice<Unicode.Scalar>

    init(_ scalars: ArraySlice<Unicode.Scalar>) { self.scalars = scalars }

    init(_ text: String) { scalars = Array(text.unicodeScalars)[...] }

    var offset: Int { scalars.startIndex }

    var string: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// The text with the letters a-z as A-Z, and everything else as it is.
    var upperCased: String {
        var text = String.UnicodeScalarView()
        for scalar in scalars {
            let isLower = ("a"..."z").contains(scalar)
            text.append(isLower ? Unicode.Scalar(UInt8(scalar.value) - 32) : scalar)
        }
        return String(text)
    }

    /// The fields: only blanks and tabs separate, as in crontab(5); a no-break space is part of a word.
    var words: [CronText] {
        scalars.split { $0 == " " || $0 == "\t" }.map { CronText($0) }
    }

    /// The parts between the separators, empty ones too.
    func split(at separator: Unicode.Scalar) -> [CronText] {
        scalars.split(separator: separator, omittingEmptySubsequences: false).map { CronText($0) }
    }

    /// The number, if the text is nothing but ASCII digits; one too large for an `Int` becomes `Int.max`.
    var number: Int? {
        guard !scalars.isEmpty else { return nil }
        var value = 0
        for scalar in scalars {
            guard ("0"..."9").contains(scalar) else { return nil }
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, stillTooLarge) = tens.addingReportingOverflow(Int(scalar.value) - 48)
            value = tooLarge || stillTooLarge || value == .max ? .max : sum
        }
        return value
    }

    func error(_ field: CronField, _ problem: CronSyntaxError.Problem) -> CronSyntaxError {
        CronSyntaxError(field: field, text: string, offset: offset, problem: problem)
    }
}
