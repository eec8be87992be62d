//go:build linux

package packaging_test

import (
	"bytes"
	"debug/pe"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"
)

// utf16Text returns a text as Windows stores it in resources.
func utf16Text(text string) []byte {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = append(encoded, byte(unit), byte(unit>>8))
	}
	return encoded
}

// TestProgramsForWindowsHaveTheirProperties reads the programs that make windows built in the
// folder FERRY_WINDOWS: only ferry.com has a console, and both have an icon, the version and the
// manifest.
func TestProgramsForWindowsHaveTheirProperties(t *testing.T) {
	folder := os.Getenv("FERRY_WINDOWS")
	if folder == "" {
		t.Skip("FERRY_WINDOWS is not set; make wine sets it")
	}
	if !filepath.IsAbs(folder) {
		folder = filepath.Join("..", folder)
	}
	for name, subsystem := range map[string]uint16{"ferry.exe": pe.IMAGE_SUBSYSTEM_WINDOWS_GUI, "ferry.com": pe.IMAGE_SUBSYSTEM_WINDOWS_CUI} {
		t.Run(name, func(t *testing.T) {
			program, err := pe.Open(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			defer program.Close()
			header, ok := program.OptionalHeader.(*pe.OptionalHeader64)
			if !ok {
				t.Fatal("the program is not of 64 bits")
			}
			if header.Subsystem != subsystem {
				t.Errorf("subsystem is %d, want %d", header.Subsystem, subsystem)
			}
			if program.TimeDateStamp != 0 {
				t.Error("the time of linking is part of the program")
			}
			section := program.Section(".rsrc")
			if section == nil {
				t.Fatal("no resources")
			}
			resources, err := section.Data()
			if err != nil {
				t.Fatal(err)
			}
			icon, err := os.ReadFile("windows/ferry.ico")
			if err != nil {
				t.Fatal(err)
			}
			for what, content := range map[string][]byte{
				"version": utf16Text(programVersion(t, "numbers") + ".0"), "product": utf16Text("ProductName"), "name for the toolkit": utf16Text("GLFW_ICON"),
				"display scaling": []byte("PerMonitorV2"), "long paths": []byte("longPathAware"), "code page": []byte("UTF-8</activeCodePage>"),
				"last image of the icon": icon[len(icon)-1000:],
			} {
				if !bytes.Contains(resources, content) {
					t.Errorf("the resources lack the %s", what)
				}
			}
		})
	}
}
