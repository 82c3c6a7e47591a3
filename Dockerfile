# callcheck as a small image: everything is built in the first stage, only its result is kept.
FROM python:3.13 AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# One dependency comes as source, and callcheck's path of a call is compiled: what builds them is
# pinned like the rest, and stays behind here, as does the C compiler of the big image.
COPY requirements.txt requirements-build.txt requirements-compile.txt ./
RUN pip install --require-hashes -r requirements-build.txt -r requirements-compile.txt \
    && python -m venv --without-pip /opt/callcheck \
    && pip wheel --wheel-dir /wheels --require-hashes --no-build-isolation -r requirements.txt
COPY pyproject.toml hatch_build.py LICENSE README.md CHANGELOG.md ./
COPY src src
RUN CALLCHECK_COMPILE=1 pip wheel --wheel-dir /wheels --no-deps --no-build-isolation . \
    && pip --python /opt/callcheck/bin/python install --no-index --no-deps /wheels/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/callcheck --create-home callcheck
COPY --from=build /opt/callcheck /opt/callcheck
ENV PATH=/opt/callcheck/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    CALLCHECK_CONFIG=/etc/callcheck/callcheck.toml
USER 10001
WORKDIR /var/lib/callcheck
VOLUME /var/lib/callcheck
EXPOSE 9876
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9876/healthz', timeout=4)"]
ENTRYPOINT ["callcheck"]
CMD ["run"]
