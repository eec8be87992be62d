//go:build linux

package packaging_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

func TestPackageForMacOSSaysThatItNeedsAMac(t *testing.T) {
	output, err := exec.CommandContext(t.Context(), "macos/package").CombinedOutput()
	exit, failed := errors.AsType[*exec.ExitError](err)
	if !failed || exit.ExitCode() != 1 || !strings.Contains(string(output), "a package for macOS is built on a Mac") {
		t.Errorf("%v: %s", err, output)
	}
	if strings.Count(string(output), "\n") != 1 {
		t.Errorf("more than one line: %s", output)
	}
}

// TestPropertyListsForMacOS: plutil, which checks them, is on a Mac only.
func TestPropertyListsForMacOS(t *testing.T) {
	for path, keys := range map[string][]string{
		"macos/Info.plist":         {"CFBundleExecutable", "CFBundleIconFile", "CFBundleIdentifier", "CFBundlePackageType", "CFBundleShortVersionString", "CFBundleVersion"},
		"macos/entitlements.plist": nil,
	} {
		t.Run(path, func(t *testing.T) {
			text := read(t, path)
			decoder := xml.NewDecoder(strings.NewReader(text))
			for {
				if _, err := decoder.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			for _, key := range keys {
				if !strings.Contains(text, "<key>"+key+"</key>") {
					t.Errorf("%s is missing", key)
				}
			}
		})
	}
}
