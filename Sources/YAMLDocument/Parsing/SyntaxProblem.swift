import CYAML

/// A complaint of libyaml, turned into a sentence for people who do not know its grammar.
struct SyntaxProblem {
    private let parser: yaml_parser_t
    private let problem: String
    private let context: String

    /// Takes a parser right after a call that failed: its buffers must still be there.
    init(_ parser: yaml_parser_t) {
        self.parser = parser
        problem = parser.problem.map { String(cString: $0) } ?? "unreadable"
        context = parser.context.map { String(cString: $0) } ?? ""
    }

    func mistake(in source: SourceText) -> YAMLMistake {
        switch parser.error {
        case YAML_MEMORY_ERROR:
            YAMLMistake(at: SourcePosition(file: source.file), "not enough memory to read the file")
        case YAML_READER_ERROR:
            YAMLMistake(
                at: source.position(ofByte: parser.problem_offset), byteSentence(source, parser.problem_offset))
        default: grammarMistake(in: source)
        }
    }

    /// What is wrong with a byte or character that cannot be in a YAML file at all.
    private func byteSentence(_ source: SourceText, _ offset: Int) -> String {
        guard problem.hasPrefix("control") else {
            let byte = offset < source.bytes.count ? source.bytes[offset] : 0
            return "this is not UTF-8 (byte 0x\(String(byte, radix: 16, uppercase: true))); save the file as UTF-8"
        }
        let code = String(max(parser.problem_value, 0), radix: 16, uppercase: true)
        if code == "0" { return "a NUL byte; the file is damaged, or in UTF-16 without a byte order mark" }
        return "the control character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code) may not be in a"
            + " YAML file; remove it, or write it as an escape in double quotes"
    }

    private func grammarMistake(in source: SourceText) -> YAMLMistake {
        let place = position(parser.problem_mark, source)
        let tab = source.indentingTab(line: place.line)
        if let tab, problem.contains("tab character") || problem.contains("cannot start") {
            return YAMLMistake(at: tab, "a tab cannot indent in YAML; use spaces")
        }
        let start = position(parser.context_mark, source)
        switch problem {
        case "found unexpected end of stream" where context.contains("quoted"),
            "found unexpected document indicator" where context.contains("quoted"):
            return YAMLMistake(at: start, "the quote that opens here is never closed")
        case "did not find expected ',' or ']'" where atEnd, "did not find expected ',' or '}'" where atEnd:
            return YAMLMistake(at: start, "the bracket or brace that opens here is never closed")
        case "could not find expected ':'":
            return YAMLMistake(at: start, "there is no ':' after this key; write 'key: value', or indent it further")
        case "did not find expected alphabetic or numeric character":
            let sign = context.contains("alias") ? "*" : "&"
            let meaning = context.contains("alias") ? "an alias" : "an anchor"
            return YAMLMistake(
                at: start,
                "'\(sign)' at the start of a value begins \(meaning); put a text such as '*/5 * * * *' in quotes")
        default:
            // A tab in front need not be the cause, as brackets allow it, but it often is.
            let hint = tab == nil ? "" : "; the line is indented with a tab: use spaces"
            return YAMLMistake(at: place, sentence(start: start) + hint)
        }
    }

    private func sentence(start: SourcePosition) -> String {
        switch problem {
        case "found character that cannot start any token": cannotStart
        case "mapping values are not allowed in this context":
            "a ': ' cannot stand here; put a text that contains it in quotes, or check the indentation"
        case "block sequence entries are not allowed in this context":
            "a '- ' cannot stand here; begin the list on a line of its own, or put the text in quotes"
        case "did not find expected key":
            "a key was expected here in the mapping of line \(start.line); check the indentation and the quotes"
        case "did not find expected '-' indicator":
            "a '- ' was expected here in the list of line \(start.line); check the indentation"
        case "did not find expected ',' or ']'": "the '[' of line \(start.line) needs a ',' or ']' here"
        case "did not find expected ',' or '}'": "the '{' of line \(start.line) needs a ',' or '}' here"
        case "did not find expected node content" where atEnd:
            "the file ends where a value was expected; is a bracket or brace not closed?"
        case "did not find expected node content": "a value was expected here"
        case "did not find expected <document start>":
            "the document has ended; nothing but a comment or '---' may follow"
        case "found unknown escape character":
            "there is no such escape in double quotes; write '\\\\' for a backslash, or use single quotes"
        case "did not find expected hexdecimal number":
            "'\\x', '\\u' and '\\U' in double quotes need 2, 4 and 8 hexadecimal digits"
        case "found an indentation indicator equal to 0": "the number after '|' or '>' must be from 1 to 9"
        case "found undefined tag handle": "this tag's prefix is not declared; remove the tag"
        default: problem
        }
    }

    /// Whether the complaint is about the end of the file.
    private var atEnd: Bool { parser.tokens.head?.pointee.type == YAML_STREAM_END_TOKEN }

    private var cannotStart: String {
        let next = parser.buffer.pointer?.pointee ?? 0
        if next == UInt8(ascii: "\t") { return "a tab cannot stand here; use spaces" }
        guard next > 0x20, next < 0x7F else {
            return "no value can begin with this character; put it in quotes"
        }
        return "no value can begin with '\(Unicode.Scalar(next))'; put it in quotes"
    }

    private func position(_ mark: yaml_mark_t, _ source: SourceText) -> SourcePosition {
        SourcePosition(file: source.file, line: mark.line + 1, column: mark.column + 1)
    }
}
