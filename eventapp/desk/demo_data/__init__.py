"""The demo programme as data.

`founding-2024.yaml` holds what a public news report states; every other file is invented
and says so in its first lines (演示数据).
"""
