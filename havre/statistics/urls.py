"""Addresses of the figures. A code of a figure, a year, a code of a category: never a name."""

from __future__ import annotations

from django.urls import path

from havre.statistics import views

app_name = "statistics"
urlpatterns = [
    path("", views.latest, name="figures"),
    path("snapshot/", views.snapshot, name="snapshot"),
    path("<int:year>/", views.year_page, name="year"),
    path("<int:year>/all/", views.catalogue_page, name="all"),
    path("<int:year>/report.pdf", views.report_pdf, name="report-pdf"),
    path("<int:year>/report.xlsx", views.report_xlsx, name="report-xlsx"),
    path("<int:year>/<slug:code>/", views.indicator_page, name="indicator"),
    path("<int:year>/<slug:code>/rows/", views.rows_page, name="rows"),
    path("<int:year>/<slug:code>/<slug:by>.csv", views.table_csv, name="csv"),
]
