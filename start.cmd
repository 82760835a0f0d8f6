@echo off
rem Double-click: sets the course up once, then opens it in JupyterLab.
chcp 65001 >nul
cd /d "%~dp0"
set PYTHONUTF8=1
set COURSE_PYTHON=
where py >nul 2>nul && set COURSE_PYTHON=py -3
if not defined COURSE_PYTHON where python >nul 2>nul && set COURSE_PYTHON=python
if not defined COURSE_PYTHON goto nopython
%COURSE_PYTHON% tools\set_up.py || goto stopped
.venv\Scripts\python -m tools.lab %* || goto stopped
exit /b 0

:nopython
echo Python 3.11 or newer is needed and was not found. Install it, tick "Add python.exe to PATH",
echo then open this file again.
pause
exit /b 1

:stopped
echo The course did not start; the reason stands above.
pause
exit /b 1
