# Sourced by the scripts beside it, after dependencies.sh.

# build_release FOLDER: builds what is installed, with the Swift runtime linked in: it needs no Swift where it runs, and a
# process of it starts sooner.
build_release() {
    local product
    need_swift
    need_packages "${BUILD_PACKAGES[@]}"
    for product in ronde ronde-supervisor; do
        swift build --package-path "$1" -c release --static-swift-stdlib --product "$product"
    done
}
