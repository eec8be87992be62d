package words

import "github.com/ferryapp/ferry/uploader/privatefile"

// Unsafe returns why a file or folder of Ferry's own was refused, and what the user can do.
func Unsafe(refused *privatefile.Error) string {
	keys := map[privatefile.Problem]string{
		privatefile.Link: "unsafe.link", privatefile.NotFile: "unsafe.file", privatefile.NotFolder: "unsafe.folder",
		privatefile.Owner: "unsafe.owner", privatefile.Writable: "unsafe.writable", privatefile.Readable: "unsafe.readable", privatefile.Names: "unsafe.names",
	}
	return Text(keys[refused.Problem], Data{"Path": Printable(refused.Path)})
}
