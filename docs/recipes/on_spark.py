"""A catalogue on Spark: `python on_spark.py CATALOGUE.parquet RESULTS RULE [TABLE]...` writes one row per product.

Every executor needs textile_pcf[parquet] and finds RULE and TABLE under the same names. Products that take one another
(`product:ID`) come into one partition, so all that need each other must fit into an executor; the driver needs scipy then.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

import textile_pcf as tp

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PARTITIONS = 8  # some hundred thousand rows in each are best
ROW, GROUP = "row of the source", "products that need one another"
TOTALS = ("total", "total_excluding", "total_including")
SPLIT = ("fossil", "biogenic", "uptake", "land_use_change")
SHARES = ("default_share", "default_factor_share")


def columns(rule: str) -> pa.Schema:
    """What comes out: results by stage, and why a product was rejected."""
    stages = [f"{'memo' if stage.outside else 'stage'}.{stage.id}" for stage in tp.load_rules(rule).stages]
    figures = [(name, pa.float64()) for name in (*TOTALS, *stages, *SPLIT, *SHARES)]
    return pa.schema([("product", pa.string()), *figures, ("rejected", pa.string())])


def footprints(rows: pa.Table, rule: str, tables: list[str]) -> pa.Table:
    """Rows of whole products in, a row per product out."""
    with TemporaryDirectory() as folder:
        done = tp.calculate_batch(rows, rule, tables, out=folder, progress=False)
        results, problems = done.read(), done.problems()
    why: dict[str, list[str]] = {}
    for problem in problems:
        why.setdefault(problem["product"], []).append(f"{problem['code']}: {problem['what']} {problem['cure']}")
    texts = ["\n".join(told) for told in why.values()]
    rejected = pa.table({"product": pa.array(why, pa.string()), "rejected": pa.array(texts, pa.string())})
    schema = columns(rule)
    every = pa.concat_tables([results, rejected, schema.empty_table()], promote_options="default")
    return every.select(schema.names).cast(schema)


def with_groups(frame: DataFrame) -> DataFrame:
    """The frame with a column GROUP, the same for all products that need one another in the end."""
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import coalesce, col, regexp_extract, trim

    product = trim(col("product").cast("string"))
    taken = regexp_extract(col("item").cast("string"), r"^\s*product:(.*?)\s*$", 1)
    links = frame.select(product.alias("user"), taken.alias("taken")).where("taken != ''").distinct().toPandas()
    if links.empty:
        return frame.withColumn(GROUP, product)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    codes, names = pd.factorize(pd.concat([links["user"], links["taken"]]))
    pairs = codes.reshape(2, -1)
    _, label = connected_components(
        coo_array((np.ones(len(links)), tuple(pairs)), shape=(len(names), len(names))), directed=False
    )
    first = pd.Series(names).groupby(label).transform("first")
    groups = SparkSession.builder.getOrCreate().createDataFrame(pd.DataFrame({"member": names, "first": first}))
    joined = frame.join(groups, product == groups["member"], "left")
    return joined.withColumn(GROUP, coalesce(col("first"), product)).drop("member", "first")


def calculate(frame: DataFrame, rule: str, tables: list[str]) -> DataFrame:
    """Results of a frame of activity data."""
    from pyspark.sql.functions import monotonically_increasing_id
    from pyspark.sql.pandas.types import from_arrow_schema

    def of_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pieces = [batch for batch in batches if batch.num_rows]
        if pieces:  # a partition may be empty
            rows = pa.Table.from_batches(pieces).sort_by(ROW)  # added up in the order of the source: equal to the last bit
            yield from footprints(rows.drop_columns([ROW, GROUP]), rule, tables).to_batches()

    whole = with_groups(frame.withColumn(ROW, monotonically_increasing_id())).repartition(PARTITIONS, GROUP)
    return whole.mapInArrow(of_partition, from_arrow_schema(columns(rule)))


def main(source: str, out: str, rule: str, *tables: str) -> None:
    """Parquet in, Parquet out."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    calculate(spark.read.parquet(source), rule, list(tables)).write.mode("overwrite").parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
