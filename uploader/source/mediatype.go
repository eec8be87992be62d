package source

import (
	"mime"
	"path"
	"strings"
)

// mediaTypes are types by extension that do not depend on what is installed.
var mediaTypes = map[string]string{
	".3gp": "video/3gpp", ".7z": "application/x-7z-compressed", ".aac": "audio/aac", ".aif": "audio/aiff",
	".aiff": "audio/aiff", ".arw": "image/x-sony-arw", ".avi": "video/x-msvideo", ".avif": "image/avif",
	".bin": "application/octet-stream", ".bmp": "image/bmp", ".bz2": "application/x-bzip2",
	".cr2": "image/x-canon-cr2", ".cr3": "image/x-canon-cr3", ".css": "text/css", ".csv": "text/csv",
	".dmg": "application/x-apple-diskimage", ".dng": "image/x-adobe-dng", ".doc": "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".epub": "application/epub+zip", ".flac": "audio/flac", ".gif": "image/gif", ".gz": "application/gzip",
	".heic": "image/heic", ".heif": "image/heif", ".htm": "text/html", ".html": "text/html", ".ico": "image/vnd.microsoft.icon",
	".iso": "application/x-iso9660-image", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".js": "text/javascript",
	".json": "application/json", ".log": "text/plain", ".m4a": "audio/mp4", ".m4v": "video/x-m4v", ".md": "text/markdown",
	".mid": "audio/midi", ".mkv": "video/x-matroska", ".mov": "video/quicktime", ".mp3": "audio/mpeg", ".mp4": "video/mp4",
	".mpeg": "video/mpeg", ".mpg": "video/mpeg", ".mts": "video/mp2t", ".mxf": "application/mxf", ".nef": "image/x-nikon-nef",
	".odp": "application/vnd.oasis.opendocument.presentation", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
	".odt": "application/vnd.oasis.opendocument.text", ".ogg": "audio/ogg", ".orf": "image/x-olympus-orf",
	".pdf": "application/pdf", ".png": "image/png", ".ppt": "application/vnd.ms-powerpoint",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".psd":  "image/vnd.adobe.photoshop", ".raf": "image/x-fuji-raf", ".rar": "application/vnd.rar", ".rtf": "application/rtf",
	".rw2": "image/x-panasonic-rw2", ".svg": "image/svg+xml", ".tar": "application/x-tar", ".tgz": "application/gzip",
	".tif": "image/tiff", ".tiff": "image/tiff", ".txt": "text/plain", ".wav": "audio/wav", ".webm": "video/webm",
	".webp": "image/webp", ".wmv": "video/x-ms-wmv", ".xls": "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xml": "application/xml",
	".xmp": "application/rdf+xml", ".xz": "application/x-xz", ".yaml": "application/yaml", ".yml": "application/yaml",
	".zip": "application/zip", ".zst": "application/zstd",
}

// MediaType returns the media type (RFC 6838), without parameters, of a file name's
// extension, or application/octet-stream if it is unknown.
func MediaType(name string) string {
	extension := strings.ToLower(path.Ext(name))
	if known, ok := mediaTypes[extension]; ok {
		return known
	}
	if installed, _, err := mime.ParseMediaType(mime.TypeByExtension(extension)); err == nil {
		return installed
	}
	return "application/octet-stream"
}
