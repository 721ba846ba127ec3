"""Prints the rows of a lake, read by pandas and pyarrow alone, as JSON lines: lake-readers.test.ts compares them."""

import json
import sys

import pandas
import pyarrow


def cell(value):
    if value is None or value is pandas.NA:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="milliseconds") + "Z"
    return value


for folder in sys.argv[1:]:
    frame = pandas.read_parquet(folder, dtype_backend="pyarrow")
    for name, kind in frame.dtypes.items():
        if isinstance(kind.pyarrow_dtype, pyarrow.DictionaryType):  # day and bucket, out of the folders' names
            frame[name] = frame[name].astype(str)
    for row in frame.astype(object).to_dict(orient="records"):
        print(json.dumps({name: cell(value) for name, value in row.items()}))
