module github.com/altostream/altostream/schemas

go 1.26.0
