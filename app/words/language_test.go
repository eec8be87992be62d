package words_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/words"
)

// TestHelperPrintCounts runs in the subprocess of TestLanguageChoice only.
func TestHelperPrintCounts(t *testing.T) {
	wanted, ok := os.LookupEnv("FERRY_TEST_LANGUAGE")
	if !ok {
		return
	}
	if err := words.Load(wanted); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("<" + words.Files(1) + "|" + words.Files(2) + ">"); err != nil {
		t.Fatal(err)
	}
}

func TestLanguageChoice(t *testing.T) {
	const english, chinese = "<1 file|2 files>", "<1 个文件|2 个文件>"
	for _, test := range []struct{ system, wanted, want string }{
		{"en_US.UTF-8", "", english},
		{"C", "", english},
		{"", "", english},
		{"zh_CN.UTF-8", "", chinese},
		{"ja_JP.UTF-8", "", english},
		{"zh_CN.UTF-8", "en", english},
		{"en_US.UTF-8", "zh-Hans", chinese},
		{"en_US.UTF-8", "zh_CN", chinese},
		{"C", "zh-Hans", chinese},
		{"", "zh-Hans", chinese},
		{"ru_RU.UTF-8", "en", english},
		{"en_GB.UTF-8", "nonsense", english},
	} {
		t.Run(test.system+" and "+test.wanted, func(t *testing.T) {
			if runtime.GOOS == "windows" && test.wanted == "" && test.want == chinese {
				t.Skip("Windows has a setting in place of the variables")
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestHelperPrintCounts$")
			cmd.Env = append(os.Environ(), "LC_ALL="+test.system, "LC_MESSAGES=", "LANG=", "LANGUAGE=", "FERRY_TEST_LANGUAGE="+test.wanted)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), test.want) {
				t.Errorf("output %q (%v), want %q", out, err, test.want)
			}
		})
	}
}
