import Foundation
import Glibc
import Maintenance
import PluginKit

/// The port of a service's url, where that is an address of this machine.
enum ServicePort {
    /// - Throws: ``TaskFailure`` where the service has no url, or one of another machine.
    static func of(_ service: Service) throws(TaskFailure) -> Int {
        let advice = "name one of port, pid_file, unit, name and command"
        guard let text = service.url, let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty
        else {
            throw TaskFailure(.unknown, "service '\(service.name)' has no url that tells a port; \(advice)")
        }
        guard isHere(host) else {
            throw TaskFailure(
                .unknown,
                "the url of service '\(service.name)' is not one of this machine (\(Excerpt.of(host))); \(advice)")
        }
        let port = parts.port ?? (parts.scheme == "https" ? 443 : 80)
        guard (1...65_535).contains(port) else {
            throw TaskFailure(.unknown, "the url of service '\(service.name)' has no port that can be; \(advice)")
        }
        return port
    }

    /// Whether a host's name or address is one of this machine; no name is looked up for it.
    static func isHere(_ host: String) -> Bool {
        let name = host.lowercased().filter { $0 != "[" && $0 != "]" }
        if name == "localhost" || name.hasSuffix(".localhost") || name == ProcessInfo.processInfo.hostName.lowercased()
        {
            return true
        }
        guard let wanted = numeric(name) else { return false }
        return wanted.isLoopback || ownAddresses().contains(wanted)
    }

    /// An address as its bytes: 4 or 16.
    private struct Address: Hashable {
        let bytes: [UInt8]

        var isLoopback: Bool {
            bytes.count == 4 ? bytes[0] == 127 || bytes == [0, 0, 0, 0] : bytes.dropLast().allSatisfy { $0 == 0 }
        }
    }

    private static func numeric(_ text: String) -> Address? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return Address(bytes: bytes) }
        }
        return nil
    }

    private static func ownAddresses() -> Set<Address> {
        var list: UnsafeMutablePointer<ifaddrs>?
        // Without the list only loopback is known to be here.
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: Set<Address> = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr else { continue }
            let raw = UnsafeRawPointer(address)
            switch Int32(address.pointee.sa_family) {
            case AF_INET:
                let bytes = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
                found.insert(Address(bytes: withUnsafeBytes(of: bytes) { Array($0) }))
            case AF_INET6:
                let bytes = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
                found.insert(Address(bytes: withUnsafeBytes(of: bytes) { Array($0) }))
            default: continue
            }
        }
        return found
    }
}
