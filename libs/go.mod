module github.com/altostream/altostream/libs

go 1.26.0

require github.com/altostream/altostream/schemas v0.0.0

replace github.com/altostream/altostream/schemas => ../schemas
