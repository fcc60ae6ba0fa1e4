import CYAML

/// A step of libyaml's walk over a document.
struct ParseEvent {
    enum Step {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(text: String, style: YAMLScalar.Style)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
        case alias(String)
    }

    let step: Step
    let position: SourcePosition
    /// Columns from start to end; nil where the two are on different lines.
    let width: Int?
    let anchor: String?
    let tag: String?
}

/// The owner of a libyaml parser, which must not outlive the buffer of its source.
struct EventStream: ~Copyable {
    let source: SourceText
    /// On the heap, as libyaml keeps a pointer from the parser to itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    private init(owning parser: UnsafeMutablePointer<yaml_parser_t>, _ source: SourceText) {
        self.parser = parser
        self.source = source
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// - Throws: ``YAMLMistake`` when memory ran out.
    static func open(_ source: SourceText) throws(YAMLMistake) -> EventStream {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        let stream = EventStream(owning: parser, source)  // zeroed, so it may be deleted whatever comes next
        guard yaml_parser_initialize(parser) == 1 else {
            throw YAMLMistake(at: SourcePosition(file: source.file), "not enough memory to read the file")
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, source.bytes.baseAddress, source.bytes.count)
        return stream
    }

    /// The next event; not to be called after `streamEnd` or an error.
    mutating func next() throws(YAMLMistake) -> ParseEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            throw SyntaxProblem(parser.pointee).mistake(in: source)
        }
        defer { yaml_event_delete(&event) }
        let (start, end) = (event.start_mark, event.end_mark)
        let (step, anchor, tag) = Self.content(of: event)
        return ParseEvent(
            step: step,
            position: SourcePosition(file: source.file, line: start.line + 1, column: start.column + 1),
            width: start.line == end.line ? end.column - start.column : nil,
            anchor: anchor, tag: tag)
    }

    private static func content(of event: yaml_event_t) -> (ParseEvent.Step, anchor: String?, tag: String?) {
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let step = ParseEvent.Step.scalar(text: String(decoding: bytes, as: UTF8.self), style: style(scalar.style))
            return (step, string(scalar.anchor), string(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return (.sequenceStart, string(start.anchor), string(start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return (.mappingStart, string(start.anchor), string(start.tag))
        case YAML_ALIAS_EVENT: return (.alias(string(event.data.alias.anchor) ?? ""), nil, nil)
        case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, nil, nil)
        case YAML_MAPPING_END_EVENT: return (.mappingEnd, nil, nil)
        case YAML_STREAM_START_EVENT: return (.streamStart, nil, nil)
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, nil, nil)
        case YAML_DOCUMENT_END_EVENT: return (.documentEnd, nil, nil)
        default: return (.streamEnd, nil, nil)
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .plain
        }
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(decodingCString: $0, as: UTF8.self) }
    }
}
