import Testing

@testable import YAMLDocument

@Suite("Limits")
struct LimitTests {
    @Test("depth counts lists and mappings, through aliases too")
    func depth() {
        #expect(refusal(String(repeating: "[", count: 128) + String(repeating: "]", count: 128)) == nil)
        let tooDeep = "error: lists and mappings are nested more than 128 deep here"
        #expect(refusal(String(repeating: "[", count: 100_000)) == "f.yaml:1:129: \(tooDeep)")
        #expect(refusal(String(repeating: "- ", count: 100_000)) == "f.yaml:1:257: \(tooDeep)")
        let half = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(refusal("- &a \(half)\n- [[*a]]\n", limits: YAMLLimits(depth: 67)) == nil)
        #expect(
            refusal("- &a \(half)\n- [[*a]]\n", limits: YAMLLimits(depth: 66))
                == "f.yaml:2:5: error: lists and mappings are nested more than 66 deep here")
    }

    @Test("values are counted after expansion")
    func nodes() throws {
        let text = "a: &a [1, 2, 3]\nb: [*a, *a]\n"  // 1 + key, list, 3 + key, list, 2 * 4
        #expect(refusal(text, limits: YAMLLimits(nodes: 16)) == nil)
        #expect(
            try #require(refusal(text, limits: YAMLLimits(nodes: 15))).hasPrefix("f.yaml:2:9: error: with this the"))
    }

    @Test("a bomb of aliases ends at once")
    func bomb() throws {
        var text = "- &a0 [x]\n"
        for level in 1...40 { text += "- &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(try #require(refusal(text)).contains("more than 100000 values"))
    }

    @Test("many aliases of a long text are a bomb too")
    func longText() throws {
        let text = "- &a \(String(repeating: "x", count: 1000))\n- [*a, *a, *a, *a]\n"
        #expect(refusal(text, limits: YAMLLimits(expandedText: 5000)) == nil)
        #expect(refusal(text, limits: YAMLLimits(expandedText: 4999))?.hasPrefix("f.yaml:2:16: ") == true)
    }

    @Test("the size of the file")
    func size() {
        #expect(refusal("a: 1234\n", limits: YAMLLimits(bytes: 8)) == nil)
        #expect(refusal("a: 12345\n", limits: YAMLLimits(bytes: 8))?.contains("the file is larger than") == true)
    }

    @Test("documents, as many as are allowed")
    func documents() throws {
        let bytes = Array("--- &a 1\n--- 2\n".utf8)
        let both = try YAMLDocument.parseStream(bytes: bytes, file: "f", limits: YAMLLimits(documents: 2))
        #expect(both.map(JSON.init) == [.number(1), .number(2)])
        #expect(throws: YAMLMistake.self) {
            try YAMLDocument.parseStream(bytes: bytes, file: "f", limits: YAMLLimits(documents: 1))
        }
        #expect(throws: YAMLMistake.self, "anchors end with their document") {
            let text = Array("--- &a 1\n--- *a\n".utf8)
            return try YAMLDocument.parseStream(bytes: text, file: "f", limits: YAMLLimits(documents: 2))
        }
    }

    @Test("a flood of %TAG lines, which would take libyaml minutes")
    func directives() {
        let text = (0..<100_000).map { "%TAG !t\($0)! x\n" }.joined() + "--- a\n"
        #expect(refusal(text) == "f.yaml:65:1: error: too many %TAG lines; remove them")
        #expect(refusal(String(repeating: "# %TAG\n", count: 100) + "a: '%TAG'\n") == nil)
    }
}
