/// The names under which endpoints are measured: those that were given, and for the others one made from the path.
enum EndpointNames {
    /// One name for each entry, no two alike.
    static func all(for entries: [EndpointEntry]) throws(Mistake) -> [String] {
        var taken: Set<String> = []
        for entry in entries {
            guard let name = entry.name else { continue }
            guard taken.insert(name).inserted else {
                throw Mistake("two endpoints are named '\(name)'; give one of them another name", at: "endpoints")
            }
        }
        var names: [String] = []
        for entry in entries {
            if let name = entry.name {
                names.append(name)
            } else {
                let made = made(from: entry.path)
                var (name, number) = (made, 2)
                while !taken.insert(name).inserted {
                    name = "\(made)_\(number)"
                    number += 1
                }
                names.append(name)
            }
        }
        return names
    }

    /// `api_health` for `/api/health`, `root` where nothing of the path can stand in a name.
    static func made(from path: String) -> String {
        let words = path.lowercased().utf8.split { !isNameByte($0) }.map { String(decoding: $0, as: UTF8.self) }
        return words.isEmpty ? "root" : words.joined(separator: "_")
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
