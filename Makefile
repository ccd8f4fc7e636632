# A thin front for Meson: the one place to type. `make help` lists what there is.
.POSIX:

BUILD = build
FUZZ_SECONDS = 20
INSTALL_PACKAGES = tools/install-packages

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

help:
	@echo 'make             build into build/; the command is build/selkie'
	@echo 'make demo        explain real denials of a real policy'
	@echo 'make test        all tests but the long ones; ends with N passed, N failed, N skipped'
	@echo 'make test-full   the long ones too'
	@echo 'make bench       measure against the older tools, in the same run'
	@echo 'make san         unit tests and cases under the address and undefined-behavior sanitizers'
	@echo 'make fuzz        each fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS) seconds (needs no corpus but its own)'
	@echo 'make install     DESTDIR= is honored; PREFIX=/usr/local is chosen when build/ is first made'
	@echo 'make clean       remove the build folders'
	@echo 'Each installs the Debian packages it misses (INSTALL_PACKAGES=: for none); the list is tools/packages.txt.'

PREFIX = /usr/local

$(BUILD)/build.ninja:
	@$(INSTALL_PACKAGES)
	@meson setup --prefix=$(PREFIX) $(BUILD)

demo:
	@$(INSTALL_PACKAGES) demo
	@$(MAKE) -s --no-print-directory INSTALL_PACKAGES=: all
	@tools/demo $(BUILD)/selkie

# A build folder that was made before cmocka came knows no unit tests: say that they are wanted.
test test-full: FORCE
	@$(INSTALL_PACKAGES) test
	@$(MAKE) -s --no-print-directory INSTALL_PACKAGES=: $(BUILD)/build.ninja
	@ninja -C $(BUILD) build.ninja >$(BUILD)/configure.log || { cat $(BUILD)/configure.log; exit 1; }
	@meson configure $(BUILD) -Dtests=enabled -Dman=enabled
	@case $@ in test) set -- --no-suite full ;; *) set -- ;; esac; tools/run-tests $(BUILD) "$$@"

bench:
	@$(INSTALL_PACKAGES) bench
	@$(MAKE) -s --no-print-directory INSTALL_PACKAGES=: all
	@ninja -C $(BUILD) bench-programs >$(BUILD)/bench.log || { cat $(BUILD)/bench.log; exit 1; }
	@test/bench/run $(BUILD)

san:
	@$(INSTALL_PACKAGES) test san
	@[ -f build-san/build.ninja ] || meson setup -Dtests=enabled -Darena_debug=true \
		-Db_sanitize=address,undefined -Db_lundef=false build-san
	@ASAN_OPTIONS=detect_stack_use_after_return=1 \
	 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		tools/run-tests build-san --suite unit --suite cases --no-suite full

fuzz: FORCE
	@$(INSTALL_PACKAGES) san
	@[ -f build-fuzz/build.ninja ] || CC=clang meson setup -Dfuzz=true -Db_lundef=false build-fuzz
	@ninja -C build-fuzz fuzz-targets
	@tools/run-fuzz build-fuzz $(FUZZ_SECONDS)

install: all
	@meson install --no-rebuild -C $(BUILD)

clean:
	rm -rf build build-san build-fuzz

FORCE:

.PHONY: all help demo test test-full bench san fuzz install clean FORCE
