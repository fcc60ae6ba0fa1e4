internal import CArchive

/// libarchive unpacking one stream from an input; the owner of the handle and what keeps the input alive.
struct RawStream: ~Copyable {
    /// Which of libarchive's filters unpack.
    enum Filters: Hashable {
        /// The one of a format and no other, so that a compressed file in a compressed file comes out as it is.
        case only(CompressedFormat)
        /// One of a format that only archives come in.
        case xz, bzip2
        /// Those that libarchive finds, one inside the other.
        case found
    }

    let input: CompressedInput
    private let archive: OpaquePointer

    private init(owning archive: OpaquePointer, _ input: CompressedInput) {
        self.archive = archive
        self.input = input
    }

    deinit { archive_read_free(archive) }

    static func open(_ input: CompressedInput, _ filters: Filters) throws(ArchiveError) -> RawStream {
        guard let archive = archive_read_new() else {
            throw .failed("decompress", input.file.path, "no memory is left")
        }
        let stream = RawStream(owning: archive, input)
        switch filters {
        case .only(.plain): break
        case .only(.gzip): try stream.check(archive_read_append_filter(archive, ARCHIVE_FILTER_GZIP))
        case .only(.zstd): try stream.check(archive_read_append_filter(archive, ARCHIVE_FILTER_ZSTD))
        case .xz: try stream.check(archive_read_append_filter(archive, ARCHIVE_FILTER_XZ))
        case .bzip2: try stream.check(archive_read_append_filter(archive, ARCHIVE_FILTER_BZIP2))
        case .found:
            try stream.check(archive_read_support_filter_gzip(archive))
            try stream.check(archive_read_support_filter_zstd(archive))
        }
        try stream.check(archive_read_support_format_raw(archive))
        try stream.check(archive_read_support_format_empty(archive))
        let client = Unmanaged.passUnretained(input).toOpaque()
        try stream.check(archive_read_open2(archive, client, nil, { CompressedInput.read($0, $1, $2) }, nil, nil))
        return stream
    }

    /// Whether there is any content.
    ///
    /// To libarchive a filter that fails at once looks like one without content, unless it found the filter itself.
    func hasContent() throws(ArchiveError) -> Bool {
        var entry: OpaquePointer?
        let code = archive_read_next_header(archive, &entry)
        if let failure = input.failure { throw failure }
        if code == ARCHIVE_EOF { return false }
        try check(code)
        return true
    }

    /// The next block of content, valid until the one after it is asked for; nothing at the end of the stream.
    func next() throws(ArchiveError) -> UnsafeRawBufferPointer? {
        var (start, count, offset): (UnsafeRawPointer?, Int, Int64) = (nil, 0, 0)
        let code = archive_read_data_block(archive, &start, &count, &offset)
        if code == ARCHIVE_EOF { return nil }
        try check(code)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// How many stored bytes made the content so far.
    var consumed: Int { Int(archive_filter_bytes(archive, -1)) }

    /// Whether the innermost filter that libarchive found is that of a format.
    func found(_ format: CompressedFormat) -> Bool {
        archive_filter_code(archive, 0) == (format == .gzip ? ARCHIVE_FILTER_GZIP : ARCHIVE_FILTER_ZSTD)
    }

    private func check(_ code: Int32) throws(ArchiveError) {
        if code == ARCHIVE_OK { return }
        if let failure = input.failure { throw failure }
        let message = archiveMessage(archive).map { "its content is damaged (\($0))" } ?? "the file is cut short"
        throw .damaged("decompress", input.file.path, message, code: code)
    }
}
