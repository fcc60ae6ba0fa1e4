/// A strict reader of Prometheus' text format 0.0.4, written from its grammar and not from what writes it.
struct Exposition {
    struct Fault: Error, Hashable { let line: Int, reason: String }
    struct Sample: Hashable { let name: String, labels: [String: String], value: Double }

    private(set) var types: [String: String] = [:]
    private(set) var helps: [String: String] = [:]
    private(set) var samples: [Sample] = []

    init(_ text: String) throws(Fault) {
        guard text.isEmpty || text.unicodeScalars.last == "\n" else {
            throw Fault(line: 0, reason: "no line feed at the end")
        }
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        var open: String?
        var closed: Set<String> = []
        for (index, line) in lines.enumerated() {
            var scan = Scan(rest: line, line: index + 1)
            let name: String
            if line.first == "#" {
                name = try comment(&scan)
            } else {
                let sample = try scan.sample()
                guard !samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) else {
                    throw scan.fault("the same sample twice")
                }
                guard types[sample.name] != nil else { throw scan.fault("no TYPE before the sample") }
                samples.append(sample)
                name = sample.name
            }
            if open != name {
                guard closed.insert(name).inserted else { throw scan.fault("lines of \(name) are apart") }
                open = name
            }
        }
    }

    private mutating func comment(_ scan: inout Scan) throws(Fault) -> String {
        let isHelp = try scan.word() == "# HELP"
        let name = try scan.name(colons: true)
        try scan.expect(" ")
        if isHelp {
            guard helps.updateValue(try scan.escaped(until: nil), forKey: name) == nil else {
                throw scan.fault("a second HELP")
            }
        } else {
            let type = scan.remainder()
            guard ["counter", "gauge", "histogram", "summary", "untyped"].contains(type) else {
                throw scan.fault("no type: \(type)")
            }
            guard !samples.contains(where: { $0.name == name }) else { throw scan.fault("TYPE behind samples") }
            guard types.updateValue(type, forKey: name) == nil else { throw scan.fault("a second TYPE") }
        }
        return name
    }

    private struct Scan {
        var rest: Substring.UnicodeScalarView.SubSequence
        let line: Int

        init(rest: String.UnicodeScalarView.SubSequence, line: Int) {
            self.rest = Substring(rest).unicodeScalars[...]
            self.line = line
        }

        func fault(_ reason: String) -> Fault { Fault(line: line, reason: reason) }

        mutating func expect(_ scalar: Unicode.Scalar) throws(Fault) {
            guard rest.first == scalar else { throw fault("'\(scalar)' expected before '\(String(rest))'") }
            rest.removeFirst()
        }

        mutating func word() throws(Fault) -> String {
            for word in ["# HELP", "# TYPE"] where String(rest).hasPrefix(word + " ") {
                rest.removeFirst(word.unicodeScalars.count + 1)
                return word
            }
            throw fault("a comment that is neither HELP nor TYPE")
        }

        mutating func name(colons: Bool) throws(Fault) -> String {
            var name = ""
            while let scalar = rest.first {
                let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
                let isOther = ("0"..."9").contains(scalar) && !name.isEmpty
                guard isLetter || isOther || (colons && scalar == ":") else { break }
                name.unicodeScalars.append(scalar)
                rest.removeFirst()
            }
            guard !name.isEmpty else { throw fault("a name expected before '\(String(rest))'") }
            return name
        }

        mutating func escaped(until end: Unicode.Scalar?) throws(Fault) -> String {
            var text = ""
            while let scalar = rest.first, scalar != end {
                rest.removeFirst()
                guard scalar == "\\" else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                guard let next = rest.popFirst() else { throw fault("a backslash at the end") }
                switch next {
                case "\\": text += "\\"
                case "n": text += "\n"
                case "\"" where end != nil: text += "\""
                default: throw fault("an escape that there is not: \\\(next)")
                }
            }
            return text
        }

        mutating func remainder() -> String {
            defer { rest.removeAll() }
            return String(rest)
        }

        mutating func sample() throws(Fault) -> Sample {
            let name = try name(colons: true)
            var labels: [String: String] = [:]
            if rest.first == "{" {
                repeat {
                    rest.removeFirst()
                    let label = try self.name(colons: false)
                    try expect("=")
                    try expect("\"")
                    guard labels.updateValue(try escaped(until: "\""), forKey: label) == nil else {
                        throw fault("a label twice")
                    }
                    try expect("\"")
                } while rest.first == ","
                try expect("}")
            }
            try expect(" ")
            let text = remainder()
            let special: [String: Double] = ["NaN": .nan, "+Inf": .infinity, "-Inf": -.infinity]
            let isPlain = text.unicodeScalars.allSatisfy {
                ("0"..."9").contains($0) || "+-.e".unicodeScalars.contains($0)
            }
            guard let value = special[text] ?? (isPlain ? Double(text) : nil) else { throw fault("no number: \(text)") }
            return Sample(name: name, labels: labels, value: value)
        }
    }
}
